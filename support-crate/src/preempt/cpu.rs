//! What the closure of a thread on a shared core calls: a step of work, a sleep, and how long it has had the core.

use crate::machine::Switches;
use crate::machine::gaps::{Gap, Interrupts, Watch};
use crate::record::{LaneWriter, burn};
use crate::timeline::{Activity, MILLISECOND};

/// What a running span is called.
const LABEL: &str = "has the core";

/// A thread's hold on the core it shares: made by [`one_core`](super::one_core), handed to the thread's closure.
pub struct Cpu<'run> {
    lane: &'run LaneWriter,
    watch: Watch,
    opened: u64,
    steps: u64,
    switches: Switches,
}

/// Unwinds a thread that goes on past the time limit; what is said about it stands in the recording.
struct OverTheLimit;

impl<'run> Cpu<'run> {
    /// The thread has just got the core for the first time; the run was opened at `opened`.
    pub(super) fn begin(lane: &'run LaneWriter, opened: u64) -> Self {
        let watch = Watch::start();
        lane.begin(opened.min(watch.last()), Activity::Ready, "waits for its first turn");
        lane.end(watch.last());
        lane.begin(watch.last(), Activity::Running, LABEL);
        Self { lane, watch, opened, steps: 0, switches: Switches::default() }
    }

    /// Does a little work, a tenth of a microsecond, and looks at the clock before and after it. This is where the
    /// thread sees that it has been off the core.
    ///
    /// A thread that goes on past the time limit of the run ends here, and the run fails with a clear message.
    #[inline]
    pub fn step(&mut self) {
        let before = self.watch.look_after_work();
        burn();
        let after = self.watch.look();
        self.steps += 1;
        if before.is_some() || after.is_some() {
            self.saw([before, after]);
        }
        if self.lane.is_late(self.watch.last()) {
            stop();
        }
    }

    /// Sleeps for `millis` milliseconds: the core is given up. In the figure the thread is waiting until the time is
    /// over, and ready from then until it gets the core back.
    ///
    /// A negative or endless time ends the thread, and the run fails with a clear message.
    pub fn sleep(&mut self, millis: f64) {
        let before = self.watch.look_after_work();
        self.saw([before, None]);
        let Some(time) = self.lane.checked(millis * MILLISECOND) else { stop() };
        let due = self.watch.last() + time.as_nanos() as u64;
        std::thread::sleep(time);
        if let Some(gap) = self.watch.look_after_work() {
            self.note(&gap, due);
        }
    }

    /// How long this thread has been on the core, in milliseconds: its CPU time.
    pub fn millis(&self) -> f64 {
        self.watch.on_core() as f64 / 1e6
    }

    /// How long ago all threads of the run were let go, in milliseconds: wall time, the same for all of them.
    pub fn wall(&self) -> f64 {
        self.watch.last().saturating_sub(self.opened) as f64 / 1e6
    }

    /// How many steps it has done.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How often it has left the core so far.
    pub fn switches(&self) -> Switches {
        self.switches
    }

    /// Marks this moment in the thread's lane.
    pub fn mark(&self, label: &str) {
        self.lane.mark(label);
    }

    #[cold]
    fn saw(&mut self, gaps: [Option<Gap>; 2]) {
        for gap in gaps.into_iter().flatten() {
            // Who left by itself without saying until when (a lock, a read, a sleep of its own) waited all the time.
            let due = if gap.switches.voluntary > 0 { gap.on } else { gap.off };
            self.note(&gap, due);
        }
    }

    fn note(&mut self, gap: &Gap, due: u64) {
        self.switches.voluntary += gap.switches.voluntary;
        self.switches.involuntary += gap.switches.involuntary;
        self.lane.was_off(gap, due, LABEL);
    }

    /// The thread is done: the last look, and what it saw.
    pub(super) fn done(mut self) -> (Switches, Interrupts, u64) {
        let last = self.watch.look_after_work();
        self.saw([last, None]);
        self.lane.end(self.watch.last());
        (self.switches, self.watch.interrupts(), self.steps)
    }
}

/// Ends the calling thread without the message that a panic prints: the recording already says what happened.
#[cold]
fn stop() -> ! {
    std::panic::resume_unwind(Box::new(OverTheLimit))
}
