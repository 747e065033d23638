//! Where the events of one lane lie. One thread writes, any thread may read at any time, and nobody locks.
//!
//! The events lie in chunks, each twice as long as the one before, that are never moved: a reader sees a whole
//! event or none. The writer publishes an event by storing the new count with release ordering; a reader that
//! loads the count with acquire ordering sees all events below it (the single-producer case of chapter 5 of
//! Mara Bos, "Rust Atomics and Locks"). The test `interleavings` tries all orders of their steps.

use std::ptr;
use std::sync::OnceLock;

use super::event::Event;
use super::sync::{AtomicPtr, AtomicU64, AtomicUsize, FIRST, Ordering, Room, Slot, own, slots};

/// 64 · (2¹⁸ − 1): sixteen million events in the longest lane.
const CHUNKS: usize = 18;

/// The events of one lane.
pub(super) struct Buffer {
    chunks: [OnceLock<Box<[Slot]>>; CHUNKS],
    written: AtomicUsize,
    lost: AtomicU64,
    /// The writer's own note of where the next event goes, and where that chunk ends.
    next: AtomicPtr<Slot>,
    end: AtomicPtr<Slot>,
}

/// The chunk that holds event `index`, and the place in it.
#[inline]
pub(super) fn place(index: usize) -> (usize, usize) {
    let chunk = (index / FIRST + 1).ilog2() as usize;
    (chunk, index - FIRST * ((1 << chunk) - 1))
}

impl Buffer {
    pub fn new() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
            written: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
            next: AtomicPtr::new(ptr::null_mut()),
            end: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Adds an event. Only the lane's one writer may call this.
    ///
    /// When no `room` is left the event is counted as lost.
    #[inline]
    pub fn push(&self, event: Event, room: &Room) {
        let mut next = self.next.load(Ordering::Relaxed);
        if next == self.end.load(Ordering::Relaxed) {
            let Some(chunk) = self.next_chunk(room) else { return };
            next = chunk;
        }
        // SAFETY: `next` is before `end`, so it points into a chunk, which stays where it is as long as `self`.
        let slot = unsafe { &*next };
        let [first, second] = event.pack();
        slot[0].store(first, Ordering::Relaxed);
        slot[1].store(second, Ordering::Relaxed);
        // SAFETY: as above; the address behind the last slot is `end`.
        self.next.store(unsafe { next.add(1) }, Ordering::Relaxed);
        self.written.store(own(&self.written) + 1, Ordering::Release);
    }

    /// The first slot of the next chunk; where there is none, an event is lost.
    #[cold]
    fn next_chunk(&self, room: &Room) -> Option<*mut Slot> {
        let (chunk, _) = place(own(&self.written));
        let Some(slots) = self.add_chunk(chunk, room) else {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        // Nothing is written through these but atomics.
        let slots = slots.as_ptr_range();
        self.next.store(slots.start.cast_mut(), Ordering::Relaxed);
        self.end.store(slots.end.cast_mut(), Ordering::Relaxed);
        Some(slots.start.cast_mut())
    }

    fn add_chunk(&self, chunk: usize, room: &Room) -> Option<&[Slot]> {
        let (place, length) = (self.chunks.get(chunk)?, FIRST << chunk);
        let take = |left: usize| left.checked_sub(length);
        room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        Some(place.get_or_init(|| slots(length)))
    }

    /// The events published so far, in order.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        let written = self.written.load(Ordering::Acquire);
        let slots = self.chunks.iter().map_while(OnceLock::get).flat_map(|chunk| chunk.iter());
        slots.take(written).map(|slot| Event::unpack([0, 1].map(|word| slot[word].load(Ordering::Relaxed))))
    }

    /// How many events found no room.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}
