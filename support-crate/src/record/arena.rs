//! Lanes in memory that several processes share, so that what a child recorded is there even after SIGKILL.
//!
//! Everything lies in one mapping that is made before the first fork: a head with what belongs to the whole
//! recording, then a strip for each lane with its name, labels and events. One process writes a strip; the parent
//! reads it at any time, as in [`buffer`](super::buffer). Untouched strips cost nothing.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use super::event::Event;
use crate::error::Error;
use crate::machine::mapping::{Mapping, Shareable};
use crate::timeline::{MILLISECOND, MINUTE, SECOND, Unit};

/// The most lanes of a recording across processes.
pub(super) const LANES: usize = 1024;
/// Events of one lane, 4 MB where all are used; fewer where the system grants less address space.
const EVENTS: usize = 1 << 18;
const ARROWS: usize = 2048;
const LABEL_BYTES: usize = 32 << 10;

/// A text of at most `N` bytes that is written once.
#[repr(C)]
struct Text<const N: usize> {
    claimed: AtomicU32,
    length: AtomicU32,
    bytes: [AtomicU8; N],
}

/// What belongs to the whole recording.
#[repr(C)]
struct Head {
    lanes: AtomicU32,
    unit: AtomicU32,
    arrows: AtomicU32,
    fault: Text<1012>,
    owners: [Owner; LANES],
    arrow_labels: [Text<56>; ARROWS],
}

/// Who writes a lane; close together, because the end of a process looks through all of them.
#[repr(C)]
struct Owner {
    /// When the process ended, in nanoseconds; 0 while it lives.
    ended: AtomicU64,
    pid: AtomicU32,
    tid: AtomicU32,
}

/// What belongs to one lane; its events follow.
#[repr(C)]
struct StripHead {
    written: AtomicU64,
    lost: AtomicU64,
    /// CPU nanoseconds plus one; 0 while unknown.
    cpu: AtomicU64,
    name: Text<248>,
    panic: Text<504>,
    label_bytes: AtomicU32,
    full: AtomicU32,
    labels: [AtomicU8; LABEL_BYTES],
}

// SAFETY: these four hold nothing but atomics.
unsafe impl<const N: usize> Shareable for Text<N> {}
// SAFETY: as above.
unsafe impl Shareable for Head {}
// SAFETY: as above.
unsafe impl Shareable for Owner {}
// SAFETY: as above.
unsafe impl Shareable for StripHead {}

type Slot = [AtomicU64; 2];

impl<const N: usize> Text<N> {
    /// Writes the text, cut where it does not fit; only the first caller's is kept.
    fn set(&self, text: &str) {
        if self.claimed.swap(1, Ordering::Relaxed) == 0 {
            let text = cut(text, N);
            write(&self.bytes, text.as_bytes());
            self.length.store(text.len() as u32 + 1, Ordering::Release);
        }
    }

    fn get(&self) -> Option<String> {
        let length = (self.length.load(Ordering::Acquire) as usize).checked_sub(1)?;
        Some(String::from_utf8_lossy(&read(&self.bytes[..length])).into_owned())
    }
}

/// At most the first `most` bytes of a text, and no half letter.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn write(to: &[AtomicU8], bytes: &[u8]) {
    to.iter().zip(bytes).for_each(|(to, byte)| to.store(*byte, Ordering::Relaxed));
}

fn read(bytes: &[AtomicU8]) -> Vec<u8> {
    bytes.iter().map(|byte| byte.load(Ordering::Relaxed)).collect()
}

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

    /// Opens a strip; `None` when all are taken.
    pub fn open(&self, name: &str) -> Option<usize> {
        let taken = &self.head().lanes;
        let next = |lanes| (lanes < LANES as u32).then_some(lanes + 1);
        let index = taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok()? as usize;
        self.strip(index).head().name.set(name);
        Some(index)
    }

    /// How many strips are open.
    pub fn lanes(&self) -> usize {
        self.head().lanes.load(Ordering::Acquire) as usize
    }

    pub fn strip(&self, index: usize) -> Strip<'_> {
        Strip { arena: self, index, start: HEAD + index * (STRIP_HEAD + self.events * size_of::<Slot>()) }
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

    pub fn new_arrow(&self, label: &str) -> u32 {
        let number = self.head().arrows.fetch_add(1, Ordering::Relaxed);
        if let Some(text) = self.head().arrow_labels.get(number as usize) {
            text.set(label);
        }
        number
    }

    pub fn arrow_labels(&self) -> Vec<String> {
        let count = self.head().arrows.load(Ordering::Relaxed) as usize;
        self.head().arrow_labels.iter().take(count).map(|text| text.get().unwrap_or_default()).collect()
    }
}

/// The units that a child can tell its parent.
fn units() -> [Unit; 3] {
    [MINUTE, SECOND, MILLISECOND].map(|unit| unit.unit())
}

/// One lane of an arena.
#[derive(Clone, Copy)]
pub(super) struct Strip<'arena> {
    arena: &'arena Arena,
    index: usize,
    start: usize,
}

impl<'arena> Strip<'arena> {
    fn head(self) -> &'arena StripHead {
        self.arena.mapping.at(self.start)
    }

    fn owner(self) -> &'arena Owner {
        &self.arena.head().owners[self.index]
    }

    /// Adds an event; only the lane's one writer may call this.
    #[inline]
    pub fn push(self, event: Event) {
        let head = self.head();
        let index = head.written.load(Ordering::Relaxed);
        if index as usize >= self.arena.events {
            head.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let slot: &Slot = self.arena.mapping.at(self.start + STRIP_HEAD + index as usize * size_of::<Slot>());
        let [first, second] = event.pack();
        slot[0].store(first, Ordering::Relaxed);
        slot[1].store(second, Ordering::Relaxed);
        head.written.store(index + 1, Ordering::Release);
    }

    /// The events published so far, in order.
    pub fn events(self) -> impl Iterator<Item = Event> {
        let written = self.head().written.load(Ordering::Acquire) as usize;
        let slots: &[Slot] = self.arena.mapping.slice(self.start + STRIP_HEAD, written);
        slots.iter().map(|slot| Event::unpack([0, 1].map(|word| slot[word].load(Ordering::Relaxed))))
    }

    pub fn lost(self) -> u64 {
        self.head().lost.load(Ordering::Relaxed)
    }

    pub fn name(self) -> String {
        self.head().name.get().unwrap_or_default()
    }

    /// Adds a label; once one finds no room, none is added any more, so that the numbers stay right.
    pub fn add_label(self, label: &str) {
        let head = self.head();
        let start = head.label_bytes.load(Ordering::Relaxed) as usize;
        let label = cut(label, 1024).as_bytes();
        let end = start + 2 + label.len();
        if end > LABEL_BYTES || head.full.load(Ordering::Relaxed) == 1 {
            head.full.store(1, Ordering::Relaxed);
            return;
        }
        write(&head.labels[start..], &(label.len() as u16).to_le_bytes());
        write(&head.labels[start + 2..], label);
        head.label_bytes.store(end as u32, Ordering::Release);
    }

    pub fn labels(self) -> Vec<String> {
        let end = self.head().label_bytes.load(Ordering::Acquire) as usize;
        let bytes = read(&self.head().labels[..end]);
        let (mut labels, mut rest) = (Vec::new(), &bytes[..]);
        while let Some((length, text)) = rest.split_first_chunk::<2>() {
            let length = usize::from(u16::from_le_bytes(*length));
            let (label, behind) = text.split_at(length.min(text.len()));
            labels.push(String::from_utf8_lossy(label).into_owned());
            rest = behind;
        }
        labels
    }

    /// Who writes the lane.
    pub fn written_by(self, pid: u32, tid: u32) {
        self.owner().pid.store(pid, Ordering::Relaxed);
        self.owner().tid.store(tid, Ordering::Relaxed);
    }

    pub fn pid(self) -> u32 {
        self.owner().pid.load(Ordering::Relaxed)
    }

    pub fn tid(self) -> u32 {
        self.owner().tid.load(Ordering::Relaxed)
    }

    pub fn set_cpu(self, nanoseconds: u64) {
        let _ = self.head().cpu.compare_exchange(0, nanoseconds + 1, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub fn cpu(self) -> Option<u64> {
        self.head().cpu.load(Ordering::Relaxed).checked_sub(1)
    }

    /// When its process ended, in nanoseconds.
    pub fn ended(self) -> Option<u64> {
        Some(self.owner().ended.load(Ordering::Relaxed)).filter(|moment| *moment > 0)
    }

    /// What the process's panic said.
    pub fn set_panic(self, says: &str) {
        self.head().panic.set(says);
    }

    pub fn panic(self) -> Option<String> {
        self.head().panic.get()
    }
}
