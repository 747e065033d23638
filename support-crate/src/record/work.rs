//! CPU work that sees itself being taken off the core.
//!
//! The loop looks at the clock every fraction of a microsecond. A gap in which the kernel's count of this thread's
//! switches has risen was time off the core: it is recorded as ready, not as running. Used by the lessons that burn
//! CPU time; the room `preempt` does the same step by step.

use super::LaneWriter;
use crate::machine::gaps::{Gap, Watch};
use crate::timeline::{Activity, Time};

/// What time off the core is called, when it was one switch.
pub(crate) const OFF: &str = "off the core";
/// Rounds of arithmetic between two looks at the clock: about a tenth of a microsecond.
const ROUNDS: u64 = 48;

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
                self.was_off(&gap, gap.off, label);
            }
        }
        self.end(watch.last());
    }

    /// Writes down a stretch off the core inside a running span called `label`: waiting until `due` where the thread
    /// left by itself, ready from then on.
    pub(crate) fn was_off(&self, gap: &Gap, due: u64, label: &str) {
        let due = due.clamp(gap.off, gap.on);
        self.end(gap.off);
        if due > gap.off {
            self.begin(gap.off, Activity::Waiting, "gave the core up");
            self.end(due);
        }
        if gap.on > due {
            match gap.switches.all() {
                0 | 1 => self.begin(due, Activity::Ready, OFF),
                several => self.begin(due, Activity::Ready, &format!("{OFF}, {several} times in a row")),
            }
            self.end(gap.on);
        }
        self.begin(gap.on, Activity::Running, label);
    }
}
