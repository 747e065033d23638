//! CPU work that sees itself being taken off the core.
//!
//! The loop looks at the clock every fraction of a microsecond. A gap in which the kernel's count of this thread's
//! switches has risen was time off the core: it is recorded as ready, not as running. [`LaneWriter::step`] is one piece
//! of such work, for loops that stand in a cell; [`LaneWriter::work`] is as many as it takes.
//!
//! The times are as exact as the looks are dense. A loop of steps sees itself come back within about 1 µs, and leave 5
//! to 20 µs early, which [`handover`](crate::preempt) mends; work of its own between two steps adds its length to both.

use super::LaneWriter;
use super::stop::stop;
use crate::machine::gaps::{Gap, Interrupts, Watch};
use crate::machine::{Switches, now, thread};
use crate::time::{MILLISECOND, Time};
use crate::timeline::Activity;

/// What time off the core is called, when it was one switch.
const OFF: &str = "off the core";
/// What a span of steps is called.
const ON: &str = "has the core";
/// Rounds of arithmetic between two looks at the clock: about a tenth of a microsecond.
const ROUNDS: u64 = 48;

/// What a lane knows of the work that it sees itself do.
#[derive(Default)]
pub(super) struct Stepping {
    /// While it steps.
    watch: Option<Watch>,
    /// Nanoseconds of work on the core, without those of `watch`.
    worked: u64,
    steps: u64,
    /// How many steps there were when its time was asked for last.
    asked: u64,
    interrupts: Interrupts,
    switches: Switches,
    /// When its thread was let go; 0 where it was not told.
    opened: u64,
    /// Whether it shares a core with others of this run: then it is ready, not waiting, once a wait is over.
    shares_a_core: bool,
}

/// A tenth of a microsecond of arithmetic that no compiler can leave out; a plain loop, so that it is short without
/// optimisation too.
#[inline]
pub(crate) fn burn() {
    let (mut sum, mut round) = (0_u64, 0);
    while round < ROUNDS {
        sum = std::hint::black_box(sum ^ round);
        round += 1;
    }
}

impl LaneWriter {
    /// Does a little work, a tenth of a microsecond, and looks at the clock before and after it. This is where the
    /// thread sees that it has been off the core.
    ///
    /// A thread that goes on past the time limit of the run ends here, and the run fails with a clear message.
    #[inline]
    pub fn step(&self) {
        let mut stepping = self.stepping.borrow_mut();
        if stepping.watch.is_none() {
            drop(stepping);
            self.starts_stepping();
            stepping = self.stepping.borrow_mut();
        }
        stepping.steps += 1;
        let Some(watch) = &mut stepping.watch else { return };
        let before = watch.look_after_work();
        burn();
        let after = watch.look();
        let last = watch.last();
        drop(stepping);
        if before.is_some() || after.is_some() {
            [before, after].into_iter().flatten().for_each(|gap| self.was_off_while(&gap, ON));
        }
        if self.is_late(last) {
            stop();
        }
    }

    /// Keeps the core busy until this thread has been on it for `time`. What the kernel gives to others in between
    /// does not count, and shows as ready.
    ///
    /// A negative or endless time is not worked for: the run goes on and its recording fails with a clear message.
    pub fn work(&self, label: &str, time: Time) {
        let Some(duration) = self.checked(time) else { return };
        let needed = duration.as_nanos() as u64;
        let mut watch = Watch::start();
        self.leave(watch.last());
        self.begin(watch.last(), Activity::Running, label);
        while watch.on_core() < needed && !self.is_late(watch.last()) {
            burn();
            if let Some(gap) = watch.look() {
                self.was_off_while(&gap, label);
            }
        }
        self.end(watch.last());
        self.stepping.borrow_mut().keep(&watch);
    }

    /// Does `piece`, some microseconds of CPU work, so many times, and looks at the clock after each.
    pub(crate) fn in_pieces(&self, label: &str, count: usize, mut piece: impl FnMut()) {
        let mut watch = Watch::start();
        self.leave(watch.last());
        self.begin(watch.last(), Activity::Running, label);
        for _ in 0..count {
            piece();
            if let Some(gap) = watch.look_after_work() {
                self.was_off_while(&gap, label);
            }
            if self.is_late(watch.last()) {
                stop();
            }
        }
        self.end(watch.last());
        self.stepping.borrow_mut().keep(&watch);
    }

    /// The time this lane's thread has been on the core for its own [steps](Self::step) and [work](Self::work).
    ///
    /// A thread that asks again and again, does no step in between and goes on past the time limit ends here.
    pub fn cpu_time(&self) -> Time {
        self.looks_without_a_step();
        let stepping = self.stepping.borrow();
        let now = stepping.watch.as_ref().map_or(0, Watch::on_core);
        Time::of_nanos(stepping.worked + now, MILLISECOND.unit())
    }

    /// How long ago this lane's thread was let go, together with all others of its run; for a lane that is no thread, how
    /// long the run has lasted. Wall time: it goes on while others have the core.
    ///
    /// A thread that asks again and again, does no step in between and goes on past the time limit ends here.
    pub fn elapsed(&self) -> Time {
        let looked = self.looks_without_a_step();
        let stepping = self.stepping.borrow();
        let last = looked.or_else(|| stepping.watch.as_ref().map(Watch::last)).unwrap_or_else(now);
        let opened = if stepping.opened > 0 { stepping.opened } else { self.shared.begun };
        Time::of_nanos(last.saturating_sub(opened), MILLISECOND.unit())
    }

    /// Looks at the clock itself where no step did since the last time this was asked; a thread past its limit ends.
    fn looks_without_a_step(&self) -> Option<u64> {
        let mut stepping = self.stepping.borrow_mut();
        let steps = stepping.steps;
        let stepped = std::mem::replace(&mut stepping.asked, steps) != steps;
        drop(stepping);
        let looked = (!stepped).then(now)?;
        if self.is_late(looked) {
            stop();
        }
        Some(looked)
    }

    /// How many [steps](Self::step) it has done.
    pub fn steps(&self) -> u64 {
        self.stepping.borrow().steps
    }

    /// How often its thread left the core during its own steps and work, so far: confirmed, gap by gap, by the kernel's
    /// count.
    pub fn switches(&self) -> Switches {
        self.stepping.borrow().switches
    }

    /// The lane's thread was let go at `moment`, together with others that share its core.
    pub(crate) fn let_go_on_a_shared_core(&self, moment: u64) {
        let mut stepping = self.stepping.borrow_mut();
        (stepping.opened, stepping.shares_a_core) = (moment, true);
    }

    /// Gaps in which the thread kept its core.
    pub(crate) fn interrupts(&self) -> Interrupts {
        self.stepping.borrow().interrupts
    }

    fn starts_stepping(&self) {
        let watch = Watch::start();
        let opened = {
            let stepping = self.stepping.borrow();
            if stepping.steps == 0 { stepping.opened } else { 0 }
        };
        self.leave(watch.last());
        if opened > 0 && opened < watch.last() && self.track.events().next().is_none() {
            self.begin(opened, Activity::Ready, "waits for its first turn");
            self.end(watch.last());
        }
        self.begin(watch.last(), Activity::Running, ON);
        self.is_in_a_state();
        self.stepping.borrow_mut().watch = Some(watch);
    }

    /// The last look at the steps that end here, where the lane stepped: when it was.
    pub(super) fn stops_stepping(&self) -> Option<u64> {
        let mut watch = self.stepping.borrow_mut().watch.take()?;
        if let Some(gap) = watch.look_after_work() {
            self.was_off_while(&gap, ON);
        }
        self.stepping.borrow_mut().keep(&watch);
        Some(watch.last())
    }

    /// Writes down a stretch off the core inside a running span called `label`: ready where the core was taken away;
    /// waiting where the thread left by itself (a lock, a read, a sleep of its own).
    #[cold]
    fn was_off_while(&self, gap: &Gap, label: &str) {
        let mut stepping = self.stepping.borrow_mut();
        stepping.switches.voluntary += gap.switches.voluntary;
        stepping.switches.involuntary += gap.switches.involuntary;
        drop(stepping);
        self.end(gap.off);
        if gap.switches.voluntary > 0 {
            self.begin(gap.off, Activity::Waiting, "gave the core up");
        } else {
            match gap.switches.all() {
                // With the core that it was taken off, which several switches in a row leave open.
                0 | 1 => self.begin_on(gap.off, Activity::Ready, OFF, thread::core()),
                several => self.begin(gap.off, Activity::Ready, &format!("{OFF}, {several} times in a row")),
            }
        }
        self.end(gap.on);
        self.begin(gap.on, Activity::Running, label);
    }

    /// A wait that was to end at `due` is over: on a shared core the thread was ready from then until it had the core
    /// back.
    pub(super) fn woke_up(&self, due: u64) {
        let back = now();
        if self.stepping.borrow().shares_a_core && due < back {
            self.end(due);
            self.begin(due, Activity::Ready, OFF);
        }
        self.end(back);
    }
}

impl Stepping {
    fn keep(&mut self, watch: &Watch) {
        self.worked += watch.on_core();
        let (seen, new) = (&mut self.interrupts, watch.interrupts());
        seen.count += new.count;
        seen.time += new.time;
        seen.longest = seen.longest.max(new.longest);
    }
}
