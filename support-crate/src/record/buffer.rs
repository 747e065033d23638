//! Where the events of one lane lie. One thread writes, any thread may read at any time, and nobody locks.
//!
//! The events lie in chunks, each twice as long as the one before, that are never moved: a reader sees a whole
//! event or none. The writer publishes an event by storing the new count with release ordering; a reader that
//! loads the count with acquire ordering sees all events below it (the single-producer case of chapter 5 of
//! Mara Bos, "Rust Atomics and Locks").

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::event::Event;

/// Events in the first chunk: 1 KB, so that ten thousand lanes with a few spans stay small.
const FIRST: usize = 64;
/// 64 · (2¹⁸ − 1): sixteen million events in the longest lane.
const CHUNKS: usize = 18;

type Slot = [AtomicU64; 2];

/// The events of one lane.
pub(super) struct Buffer {
    chunks: [OnceLock<Box<[Slot]>>; CHUNKS],
    written: AtomicUsize,
    lost: AtomicU64,
}

/// The chunk that holds event `index`, and the place in it.
#[inline]
fn place(index: usize) -> (usize, usize) {
    let chunk = (index / FIRST + 1).ilog2() as usize;
    (chunk, index - FIRST * ((1 << chunk) - 1))
}

impl Buffer {
    pub fn new() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
            written: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
        }
    }

    /// Adds an event. Only the lane's one writer may call this.
    ///
    /// `room` is how many events all lanes of the recording may still take; when none is left the event is
    /// counted as lost.
    #[inline]
    pub fn push(&self, event: Event, room: &AtomicUsize) {
        let index = self.written.load(Ordering::Relaxed);
        let (chunk, place) = place(index);
        let known = self.chunks.get(chunk).and_then(OnceLock::get).map(|slots| &**slots);
        let Some(slots) = known.or_else(|| self.add_chunk(chunk, room)) else {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let [first, second] = event.pack();
        slots[place][0].store(first, Ordering::Relaxed);
        slots[place][1].store(second, Ordering::Relaxed);
        self.written.store(index + 1, Ordering::Release);
    }

    #[cold]
    fn add_chunk(&self, chunk: usize, room: &AtomicUsize) -> Option<&[Slot]> {
        let (place, length) = (self.chunks.get(chunk)?, FIRST << chunk);
        let take = |left: usize| left.checked_sub(length);
        room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        let slots = || (0..length).map(|_| Slot::default()).collect();
        Some(place.get_or_init(slots))
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

#[cfg(test)]
mod tests {
    use super::super::event::Kind;
    use super::*;

    fn event(number: u64) -> Event {
        Event { time: number, kind: Kind::Mark, core: None, label: number as u32 }
    }

    #[test]
    fn every_index_has_a_place_of_its_own() {
        let mut expected = (0, 0);
        for index in 0..100_000 {
            assert_eq!(place(index), expected);
            expected = if expected.1 + 1 == FIRST << expected.0 {
                (expected.0 + 1, 0)
            } else {
                (expected.0, expected.1 + 1)
            };
        }
    }

    #[test]
    fn a_reader_beside_the_writer_sees_a_prefix_and_no_torn_event() {
        let (buffer, room) = (Buffer::new(), AtomicUsize::new(1 << 20));
        std::thread::scope(|scope| {
            scope.spawn(|| (0..200_000).for_each(|number| buffer.push(event(number), &room)));
            let mut seen = 0;
            while seen < 200_000 {
                let now: Vec<_> = buffer.events().collect();
                assert!(now.len() >= seen);
                seen = now.len();
                assert!(now.iter().enumerate().all(|(number, read)| *read == event(number as u64)));
            }
        });
    }

    #[test]
    fn without_room_events_are_counted_and_not_kept() {
        let (buffer, room) = (Buffer::new(), AtomicUsize::new(FIRST));
        (0..1000).for_each(|number| buffer.push(event(number), &room));
        assert_eq!(buffer.events().count(), FIRST);
        assert_eq!(buffer.lost(), 1000 - FIRST as u64);
    }
}
