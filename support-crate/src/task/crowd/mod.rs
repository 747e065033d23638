//! What thousands of tasks, of open connections and of threads cost while they wait: time, memory, switches (lesson 13).
//!
//! | file | holds |
//! |---|---|
//! | `tasks`, `connections`, `threads` | the three crowds: all wait at the same time, then each is let go and ends |
//! | `far_end` | the other ends of the connections, on a thread with descriptors of its own |
//! | `room` | how many there may be here, read before anything starts; the limit of open files raised and put back |
//! | `meter` | time, memory and switches of the part that waits |
//! | `figure` | the crowds beside each other |
//!
//! A crowd that does not fit the machine is made smaller, and says so. The others that the process runs meanwhile
//! would be counted with it, so measure one crowd at a time.

mod connections;
mod far_end;
mod figure;
mod meter;
mod room;
mod tasks;
mod threads;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub use connections::connections;
pub use figure::figure;
pub use tasks::tasks;
pub use threads::threads;

use self::meter::Measured;
use crate::figure::count;
use crate::machine::Switches;

/// A crowd that was let wait, measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowd {
    /// Of what: "tasks", "connections", "threads".
    pub what: &'static str,
    /// How many were asked for.
    pub asked: usize,
    /// How many there were, all of them waiting at the same moment.
    pub opened: usize,
    /// How many got what they waited for.
    pub answered: usize,
    /// How many are gone: their future dropped, their socket closed, their thread joined.
    pub closed: usize,
    /// Until all waited, and from the moment they were let go until all were gone.
    pub time: Duration,
    /// Resident memory that came on top while all waited, in kilobytes; without what the kernel keeps about them.
    /// `None` where the system does not say.
    pub memory: Option<f64>,
    /// Threads of this process that came on top while all waited, by the kernel's count; 0 where it does not say.
    pub threads: usize,
    /// Its open descriptors that came on top, without those of the connections' other ends where they are apart.
    pub descriptors: usize,
    /// How often their threads left a core. `None` where the system does not count.
    pub switches: Option<Switches>,
    /// What a reader must know: that there were fewer than asked for, and why.
    pub notes: Vec<String>,
}

impl Crowd {
    /// A crowd of `opened` out of `asked`, after all of them are gone.
    fn gone(
        what: &'static str,
        (asked, opened): (usize, usize),
        heads: &Heads,
        measured: Measured,
        notes: Vec<String>,
    ) -> Self {
        let Measured { time, memory, threads, descriptors, switches } = measured;
        let (answered, closed) = (heads.answered(), heads.closed());
        Self { what, asked, opened, answered, closed, time, memory, threads, descriptors, switches, notes }
    }

    /// Time for each, in microseconds.
    pub fn time_each(&self) -> f64 {
        self.each(self.time.as_secs_f64() * 1e6)
    }

    /// Memory of each, in kilobytes; not a number where the system does not say.
    pub fn memory_each(&self) -> f64 {
        self.each(self.memory.unwrap_or(f64::NAN))
    }

    /// Switches for each; not a number where the system does not count.
    pub fn switches_each(&self) -> f64 {
        self.each(self.switches.map_or(f64::NAN, |switches| switches.all() as f64))
    }

    fn each(&self, of_all: f64) -> f64 {
        of_all / self.opened.max(1) as f64
    }
}

impl fmt::Display for Crowd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, opened, .. } = self;
        write!(out, "{} {what}: {:.0} ms", count(*opened as u64), self.time.as_secs_f64() * 1e3)?;
        if let Some(memory) = self.memory {
            write!(out, ", {:.1} MB", memory / 1024.0)?;
        }
        if let Some(switches) = self.switches {
            write!(out, ", {} switches", count(switches.all()))?;
        }
        self.notes.iter().try_for_each(|note| write!(out, "\n  {note}"))
    }
}

/// Who of a crowd is where; counted by each of them.
#[derive(Debug, Default)]
struct Heads {
    waiting: AtomicUsize,
    answered: AtomicUsize,
    closed: AtomicUsize,
}

impl Heads {
    fn waits(&self) {
        self.waiting.fetch_add(1, Ordering::Release);
    }

    fn is_answered(&self) {
        self.answered.fetch_add(1, Ordering::Release);
    }

    fn is_closed(&self) {
        self.closed.fetch_add(1, Ordering::Release);
    }

    fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    fn answered(&self) -> usize {
        self.answered.load(Ordering::Acquire)
    }

    fn closed(&self) -> usize {
        self.closed.load(Ordering::Acquire)
    }
}
