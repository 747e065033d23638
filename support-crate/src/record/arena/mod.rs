//! A recording in memory that several processes share, so that what a child recorded is there even after SIGKILL.
//!
//! Everything lies in one mapping that is made before the first fork: a head with what belongs to the whole
//! recording, then a strip for each lane with its name, labels and events. One process writes a strip; the parent
//! reads it at any time, as in [`buffer`](super::buffer). Untouched strips cost nothing.
//!
//! | file | holds |
//! |---|---|
//! | `text` | a text that is written once |
//! | `strip` | one lane |

mod strip;
mod text;

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};

use strip::StripHead;
pub(super) use strip::{LABEL_BYTES, Strip};
use text::Text;
pub(crate) use text::cut;

use crate::error::Error;
use crate::machine::mapping::{Mapping, Shareable};
use crate::time::{MILLISECOND, MINUTE, SECOND, Unit};

/// The most lanes of a recording across processes.
pub(super) const LANES: usize = 1024;
/// Events of one lane, 4 MB where all are used; fewer where the system grants less address space.
const EVENTS: usize = 1 << 18;
/// The most locks, and the most counters, of a recording across processes.
pub(super) const NAMES: usize = 256;

/// What belongs to the whole recording.
#[repr(C)]
struct Head {
    lanes: AtomicU32,
    unit: AtomicU32,
    fault: Text<1012>,
    owners: [Owner; LANES],
    locks: Names,
    counters: Names,
    counted_in: [Text<56>; NAMES],
    counts: [AtomicI64; NAMES],
}

/// Who writes a lane; close together, because the end of a process looks through all of them.
#[repr(C)]
struct Owner {
    /// When the process ended, in nanoseconds; 0 while it lives.
    ended: AtomicU64,
    pid: AtomicU32,
    tid: AtomicU32,
}

/// Names, numbered in the order in which they were given.
#[repr(C)]
struct Names {
    count: AtomicU32,
    names: [Text<120>; NAMES],
}

// SAFETY: these three hold nothing but atomics.
unsafe impl Shareable for Head {}
// SAFETY: as above.
unsafe impl Shareable for Owner {}
// SAFETY: as above.
unsafe impl Shareable for Names {}

type Slot = [AtomicU64; 2];

/// A recording in shared memory.
pub(super) struct Arena {
    mapping: Mapping,
    events: usize,
}

const HEAD: usize = size_of::<Head>().next_multiple_of(4096);
const STRIP_HEAD: usize = size_of::<StripHead>().next_multiple_of(4096);

impl Arena {
    /// # Errors
    /// Where memory cannot be shared.
    pub fn new() -> Result<Self, Error> {
        let mut events = EVENTS;
        loop {
            match Mapping::new(HEAD + LANES * (STRIP_HEAD + events * size_of::<Slot>())) {
                Ok(mapping) => return Ok(Self { mapping, events }),
                Err(error) if events <= 1024 => return Err(error),
                Err(_) => events /= 4,
            }
        }
    }

    fn head(&self) -> &Head {
        self.mapping.at(0)
    }

    /// How many events a lane has room for.
    pub fn events_a_lane(&self) -> usize {
        self.events
    }

    /// Opens a strip; `None` when all are taken.
    pub fn open(&self, name: &str) -> Option<usize> {
        let index = take_number(&self.head().lanes, LANES)?;
        self.strip(index).head().name.set(name);
        Some(index)
    }

    /// How many strips are open.
    pub fn lanes(&self) -> usize {
        self.head().lanes.load(Ordering::Acquire) as usize
    }

    pub fn strip(&self, index: usize) -> Strip<'_> {
        Strip::of(self, index, HEAD + index * (STRIP_HEAD + self.events * size_of::<Slot>()))
    }

    /// All strips written by process `pid` end at `moment`, unless they ended before.
    pub fn end(&self, pid: u32, moment: u64) {
        for owner in &self.head().owners[..self.lanes()] {
            if owner.pid.load(Ordering::Relaxed) == pid {
                let _ = owner.ended.compare_exchange(0, moment, Ordering::Relaxed, Ordering::Relaxed);
            }
        }
    }

    pub fn fault(&self, says: &str) {
        self.head().fault.set(says);
    }

    /// What went wrong in a child, the first of it.
    pub fn told_fault(&self) -> Option<String> {
        self.head().fault.get()
    }

    pub fn speak(&self, unit: Unit) {
        let number = units().iter().position(|known| *known == unit).map_or(0, |index| index as u32 + 1);
        let _ = self.head().unit.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub fn unit(&self) -> Option<Unit> {
        let number = self.head().unit.load(Ordering::Relaxed) as usize;
        units().get(number.checked_sub(1)?).copied()
    }

    /// A lock's number; `None` when there are too many.
    pub fn new_lock(&self, name: &str) -> Option<u16> {
        self.head().locks.add(name)
    }

    pub fn locks(&self) -> Vec<String> {
        self.head().locks.all()
    }

    /// A counter's number; `None` when there are too many.
    pub fn new_counter(&self, name: &str, unit: &str) -> Option<u16> {
        let number = self.head().counters.add(name)?;
        self.head().counted_in[usize::from(number)].set(unit);
        Some(number)
    }

    /// The counters' names and units.
    pub fn counters(&self) -> Vec<(String, String)> {
        let units = self.head().counted_in.iter().map(|unit| unit.get().unwrap_or_default());
        self.head().counters.all().into_iter().zip(units).collect()
    }

    /// What a counter is at this moment.
    pub fn count(&self, counter: u16) -> &AtomicI64 {
        &self.head().counts[usize::from(counter)]
    }
}

impl Names {
    fn add(&self, name: &str) -> Option<u16> {
        let number = take_number(&self.count, NAMES)?;
        self.names[number].set(name);
        Some(number as u16)
    }

    fn all(&self) -> Vec<String> {
        let count = self.count.load(Ordering::Acquire) as usize;
        self.names[..count].iter().map(|name| name.get().unwrap_or_default()).collect()
    }
}

/// The next number below `most`.
fn take_number(taken: &AtomicU32, most: usize) -> Option<usize> {
    let next = |count| (count < most as u32).then_some(count + 1);
    taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok().map(|number| number as usize)
}

/// The units that a child can tell its parent.
fn units() -> [Unit; 3] {
    [MINUTE, SECOND, MILLISECOND].map(|unit| unit.unit())
}
