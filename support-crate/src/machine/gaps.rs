//! When the calling thread was off its core, as the thread itself can see it: without privileges, on every Linux.
//!
//! A thread that reads the clock again and again sees a gap where it did not run. A gap alone may be an interrupt, so
//! each is held against the kernel's count of this thread's switches: where the count has risen, the thread was off
//! its core. The recorder's work loop and the room `preempt` both see by this one.
//!
//! A gap begins with the last look before it and ends with the first look after it, so what lies between two looks
//! is the error: look every few hundred nanoseconds.

use super::Switches;
use super::clock::now;

/// The shortest gap worth asking the kernel about, in nanoseconds. Going off a core and coming back takes longer than
/// this; where no count can confirm a gap, only one that no interrupt takes is believed.
const GAP: u64 = if cfg!(target_os = "linux") { 3_000 } else { 50_000 };

/// A stretch in which the thread was off its core; moments in nanoseconds of the shared clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The last look before it.
    pub off: u64,
    /// The first look after it.
    pub on: u64,
    /// What the kernel counted in it.
    pub switches: Switches,
}

/// Gaps in which the thread kept its core: interrupts, or time that a hypervisor took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interrupts {
    /// How many.
    pub count: u64,
    /// How long together, in nanoseconds.
    pub time: u64,
    /// The longest, in nanoseconds.
    pub longest: u64,
}

/// Watches the calling thread; belongs to one thread and stays on it.
pub(crate) struct Watch {
    switches: Option<Switches>,
    last: u64,
    on_core: u64,
    interrupts: Interrupts,
}

impl Watch {
    /// Begins to watch. The switches are counted before the clock is read: one between the two falls into a gap, and
    /// none is missed.
    pub fn start() -> Self {
        let switches = Switches::of_this_thread();
        Self { switches, last: now(), on_core: 0, interrupts: Interrupts::default() }
    }

    /// When it looked last, in nanoseconds of the shared clock.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// How long the thread has been on its core since the start, in nanoseconds.
    pub fn on_core(&self) -> u64 {
        self.on_core
    }

    /// Gaps without a switch so far.
    pub fn interrupts(&self) -> Interrupts {
        self.interrupts
    }

    /// Looks at the clock after a short piece of work: the gap since the last look, when the thread was off its core.
    #[inline]
    pub fn look(&mut self) -> Option<Gap> {
        let seen = now();
        let step = seen.saturating_sub(self.last);
        if step < GAP {
            self.on_core += step;
            self.last = seen;
            return None;
        }
        let gap = self.confirm(seen);
        if gap.is_none() {
            self.interrupts.count += 1;
            self.interrupts.time += step;
            self.interrupts.longest = self.interrupts.longest.max(step);
        }
        gap
    }

    /// Like [`look`](Self::look) after work of unknown length: a gap without a switch was that work, no interrupt.
    #[inline]
    pub fn look_after_work(&mut self) -> Option<Gap> {
        let seen = now();
        let step = seen.saturating_sub(self.last);
        if step < GAP {
            self.on_core += step;
            self.last = seen;
            return None;
        }
        self.confirm(seen)
    }

    /// Holds the gap from the last look to `seen` against the kernel's count.
    #[cold]
    fn confirm(&mut self, seen: u64) -> Option<Gap> {
        let (before, mut asked) = (self.last, seen);
        let (switches, after) = loop {
            let switches = Switches::of_this_thread();
            let after = now();
            // A second gap while asking: its switch may not have been counted yet.
            if after - asked < GAP {
                break (switches, after);
            }
            asked = after;
        };
        self.last = after;
        let risen = match (switches, self.switches) {
            (Some(now), Some(then)) => now.since(then),
            _ => Switches { voluntary: 0, involuntary: 1 },
        };
        self.switches = switches;
        if risen.all() == 0 {
            self.on_core += after - before;
            return None;
        }
        let (off, on) = bounds(before, seen, asked, risen.all());
        self.on_core += (off - before) + (after - on);
        Some(Gap { off, on, switches: risen })
    }
}

/// Where the time off the core lay, when there was a gap from `before` to `seen` and another until `asked`: one switch
/// belongs to the longer of the two, several to both.
fn bounds(before: u64, seen: u64, asked: u64, switches: u64) -> (u64, u64) {
    match (switches, asked - seen > seen - before) {
        (1, true) => (seen, asked),
        (1, false) => (before, seen),
        _ => (before, asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_switch_belongs_to_the_longer_of_two_gaps_and_several_to_both() {
        assert_eq!(bounds(100, 200, 200, 1), (100, 200));
        assert_eq!(bounds(100, 200, 900, 1), (200, 900));
        assert_eq!(bounds(100, 200, 250, 1), (100, 200));
        assert_eq!(bounds(100, 200, 900, 2), (100, 900));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_sleep_is_a_gap_with_a_voluntary_switch_and_work_is_none() {
        let mut watch = Watch::start();
        std::thread::sleep(std::time::Duration::from_millis(2));
        let gap = watch.look_after_work().expect("the thread slept");
        assert!(gap.on - gap.off >= 2_000_000 && gap.switches.voluntary >= 1);
        assert!(watch.on_core() < 2_000_000);
    }
}
