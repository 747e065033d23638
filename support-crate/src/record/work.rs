//! CPU work that sees itself being taken off the core.
//!
//! The loop reads the clock every few microseconds. A gap in which the kernel's count of this thread's switches has
//! risen was time off the core: it is recorded as ready, not as running. Used by the lessons that burn CPU time.

use super::LaneWriter;
use crate::machine::{now, thread};
use crate::timeline::{Activity, Time};

/// A shorter gap is an interrupt or a switch too short to see in a figure.
const GAP: u64 = 20_000;
/// Rounds of arithmetic between two looks at the clock: about a microsecond.
const ROUNDS: u64 = 500;

impl LaneWriter {
    /// Keeps the core busy until this thread has been on it for `time`. What the kernel gives to others in between
    /// does not count, and shows as ready.
    ///
    /// A negative or endless time is not worked for: the run goes on and its recording fails with a clear message.
    pub fn work(&self, label: &str, time: Time) {
        let Some(duration) = self.checked(time) else { return };
        let needed = duration.as_nanos() as u64;
        let mut seen = Seen { switches: thread::switches(), last: now(), done: 0 };
        self.leave(seen.last);
        self.begin(seen.last, Activity::Running, label);
        while seen.done < needed && !self.is_late(seen.last) {
            std::hint::black_box((0..ROUNDS).fold(0_u64, |sum, round| std::hint::black_box(sum ^ round)));
            if let Some((off, on)) = seen.look() {
                self.end(off);
                self.begin(off, Activity::Ready, "off the core");
                self.end(on);
                self.begin(on, Activity::Running, label);
            }
        }
        self.end(seen.last);
    }
}

/// What the loop knows of its own progress. The switches are always counted before the clock is read: a switch
/// between the two then falls into a gap, and none is missed.
struct Seen {
    switches: Option<i64>,
    /// When the clock was last read.
    last: u64,
    /// Nanoseconds on the core so far.
    done: u64,
}

impl Seen {
    /// Reads the clock; the gap since the last look when the thread was off its core in it.
    fn look(&mut self) -> Option<(u64, u64)> {
        let before = std::mem::replace(&mut self.last, now());
        if self.last - before > GAP {
            let switches = thread::switches();
            self.last = now();
            // Where the kernel does not count switches, a gap as long as this is taken for one.
            if switches.is_none() || std::mem::replace(&mut self.switches, switches) != switches {
                return Some((before, self.last));
            }
        }
        self.done += self.last - before;
        None
    }
}
