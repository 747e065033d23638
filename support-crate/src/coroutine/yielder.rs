//! [`Yielder`]: what the code inside a coroutine calls.

use super::handle::Turn;
use super::slot::Slot;
use super::until::until;
use crate::machine::now;
use crate::time::Time;
use crate::timeline::Activity;

/// The coroutine from inside: does something, or gives way. It can be handed down into any function that the
/// coroutine calls, however deep: its stack stays as it is while it stands still.
///
/// # Panics
/// [`work`](Self::work), [`hold`](Self::hold), [`pause`](Self::pause) and [`wait`](Self::wait) panic where the stack is
/// nearly used up, which the recording reports.
pub struct Yielder<'coroutine> {
    slot: &'coroutine Slot,
    inner: &'coroutine corosensei::Yielder<(), Turn>,
    /// The lowest address of its stack; stacks grow downwards.
    limit: usize,
}

/// What is left of a stack when a call from inside still goes well: enough for the call, and for a panic with its
/// backtrace.
const RESERVE: usize = 48 << 10;

impl<'coroutine> Yielder<'coroutine> {
    pub(super) fn new(
        slot: &'coroutine Slot,
        inner: &'coroutine corosensei::Yielder<(), Turn>,
        limit: usize,
    ) -> Self {
        Self { slot, inner, limit }
    }

    /// Panics while there is still room for it, rather than let the next calls run into the guard page.
    fn has_room(&self) {
        let here = 0_u8;
        let left = (&raw const here).addr().saturating_sub(self.limit);
        assert!(
            left > RESERVE || std::thread::panicking(),
            "its stack of {} KB is nearly used up: a recursion this deep belongs on a thread",
            super::STACK >> 10
        );
    }

    /// The coroutine's name.
    pub fn name(&self) -> &str {
        self.slot.lane.name()
    }

    /// Marks this moment in its lane.
    pub fn mark(&self, label: &str) {
        self.slot.lane.mark(label);
    }

    /// Keeps the core busy for `time` of CPU, as [`LaneWriter::work`](crate::record::LaneWriter::work) does. Nobody
    /// else gets a turn meanwhile.
    pub fn work(&self, label: &str, time: Time) {
        self.has_room();
        self.slot.lane.work(label, time);
    }

    /// Holds the thread for `time` by the clock, as a person does who thinks over a move: nobody else gets a turn, but
    /// the core is hardly used (it sleeps, and watches the clock for the last 0.2 ms). So the time does not depend on
    /// what other programs want of this machine.
    ///
    /// A negative or endless time is not held for: the run goes on and its recording fails with a clear message.
    pub fn hold(&self, label: &str, time: Time) {
        self.has_room();
        let lane = &self.slot.lane;
        let Some(duration) = lane.checked(time) else { return };
        let begin = now();
        lane.begin(begin, Activity::Running, label);
        until(begin + duration.as_nanos() as u64);
        lane.end(now());
    }

    /// Gives way: whoever resumed this coroutine goes on, and this call returns when somebody resumes it again.
    pub fn pause(&self) {
        self.give_way(Turn::Paused, Activity::Ready, "paused", None);
    }

    /// Gives way until `time` has passed: what it waits for takes its time, and needs neither core nor thread.
    ///
    /// A negative or endless time is not waited for: the run goes on and its recording fails with a clear message.
    pub fn wait(&self, label: &str, time: Time) {
        let Some(duration) = self.slot.lane.checked(time) else { return };
        let due = now() + duration.as_nanos() as u64;
        self.give_way(Turn::Waits, Activity::Waiting, label, Some(due));
    }

    fn give_way(&self, turn: Turn, activity: Activity, label: &str, due: Option<u64>) {
        // A destructor that runs while this stack is being unwound cannot stop half-way.
        if std::thread::panicking() {
            return;
        }
        if self.slot.is_leaving() {
            // Whoever unwinds this stack throws once more.
            self.inner.suspend(turn);
            return;
        }
        self.has_room();
        self.slot.due.set(due);
        self.slot.gives_way(activity, label);
        self.inner.suspend(turn);
    }
}
