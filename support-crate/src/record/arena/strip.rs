//! One lane of an arena.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use super::text::{Text, cut, read, write};
use super::{Arena, Owner, STRIP_HEAD, Slot};
use crate::machine::Switches;
use crate::machine::mapping::Shareable;
use crate::record::event::Event;
use crate::timeline::LaneKind;

/// Room for the labels of one lane. Pages that are not written to cost nothing.
pub(in crate::record) const LABEL_BYTES: usize = 1 << 20;

/// What belongs to one lane; its events follow.
#[repr(C)]
pub(super) struct StripHead {
    written: AtomicU64,
    lost: AtomicU64,
    /// CPU nanoseconds plus one; 0 while unknown.
    cpu: AtomicU64,
    /// Voluntary and involuntary switches, each plus one; 0 while unknown.
    switches: [AtomicU64; 2],
    kind: AtomicU32,
    pub name: Text<248>,
    panic: Text<504>,
    /// How the process ended, said by its parent; the lane itself may be full.
    ending: Text<504>,
    label_bytes: AtomicU32,
    lost_labels: AtomicU32,
    labels: [AtomicU8; LABEL_BYTES],
}

// SAFETY: it holds nothing but atomics.
unsafe impl Shareable for StripHead {}

/// One lane of an arena.
#[derive(Clone, Copy)]
pub(in crate::record) struct Strip<'arena> {
    arena: &'arena Arena,
    index: usize,
    start: usize,
}

impl<'arena> Strip<'arena> {
    pub(super) fn of(arena: &'arena Arena, index: usize, start: usize) -> Self {
        Self { arena, index, start }
    }

    pub(super) fn head(self) -> &'arena StripHead {
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

    /// Events that found no room.
    pub fn lost(self) -> u64 {
        self.head().lost.load(Ordering::Relaxed)
    }

    /// Labels that found no room.
    pub fn lost_labels(self) -> u64 {
        u64::from(self.head().lost_labels.load(Ordering::Relaxed))
    }

    pub fn name(self) -> String {
        self.head().name.get().unwrap_or_default()
    }

    pub fn set_kind(self, kind: LaneKind) {
        self.head().kind.store(kind as u32, Ordering::Relaxed);
    }

    pub fn kind(self) -> LaneKind {
        LaneKind::numbered(self.head().kind.load(Ordering::Relaxed) as u8)
    }

    /// Adds a label. Once one finds no room, none is added any more, so that the numbers stay right, and they are
    /// counted.
    pub fn add_label(self, label: &str) {
        let head = self.head();
        let start = head.label_bytes.load(Ordering::Relaxed) as usize;
        let label = cut(label, 1024).as_bytes();
        let end = start + 2 + label.len();
        if end > LABEL_BYTES || self.lost_labels() > 0 {
            head.lost_labels.fetch_add(1, Ordering::Relaxed);
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
            let (label, after) = text.split_at(length.min(text.len()));
            labels.push(String::from_utf8_lossy(label).into_owned());
            rest = after;
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

    pub fn set_switches(self, switches: Switches) {
        let [voluntary, involuntary] = &self.head().switches;
        voluntary.store(switches.voluntary + 1, Ordering::Relaxed);
        involuntary.store(switches.involuntary + 1, Ordering::Relaxed);
    }

    pub fn switches(self) -> Option<Switches> {
        let [voluntary, involuntary] = &self.head().switches;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed).checked_sub(1);
        Some(Switches { voluntary: read(voluntary)?, involuntary: read(involuntary)? })
    }

    /// When its process ended, in nanoseconds.
    pub fn ended(self) -> Option<u64> {
        Some(self.owner().ended.load(Ordering::Relaxed)).filter(|moment| *moment > 0)
    }

    /// What the process's panic said.
    pub fn set_panic(self, says: &str) {
        self.head().panic.set(says);
    }

    pub fn set_ending(self, says: &str) {
        self.head().ending.set(says);
    }

    /// How the process ended, where it was told.
    pub fn ending(self) -> Option<String> {
        self.head().ending.get()
    }

    pub fn panic(self) -> Option<String> {
        self.head().panic.get()
    }
}
