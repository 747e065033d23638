//! A lane's buffer under every order of its writer's and its reader's steps that the memory model allows, also those
//! that this processor never shows: the crate's own source, on [loom](https://docs.rs/loom)'s atomics.
//!
//! The arena's strips in shared memory are written and read by the same steps.

mod timeline {
    pub use timelanes::timeline::{Activity, ArrowKind, MarkKind};
}

#[path = "../../src/record/buffer.rs"]
mod buffer;
#[path = "../../src/record/event.rs"]
mod event;

mod sync {
    pub use loom::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

    /// One event in the first chunk and two in the second, so that a few events have two chunks.
    pub const FIRST: usize = 1;

    /// Shared by all lanes, and no part of the protocol.
    pub type Room = std::sync::atomic::AtomicUsize;

    pub type Slot = [AtomicU64; 2];

    /// Loom fails where another thread writes it at the same time. (After an atomic load by the writer it would not
    /// try the orders of the writer's store and a reader's load before that: it remembers only the last access.)
    pub fn own(number: &AtomicUsize) -> usize {
        // SAFETY: nobody else writes it, which is checked.
        unsafe { number.unsync_load() }
    }

    pub fn slots(length: usize) -> Box<[Slot]> {
        (0..length).map(|_| [AtomicU64::new(0), AtomicU64::new(0)]).collect()
    }
}

use buffer::Buffer;
use event::{Event, Kind};
use loom::sync::Arc;

fn event(number: u32) -> Event {
    Event { time: u64::from(number) + 1, kind: Kind::Count, place: Some(number as u16), label: number }
}

/// How many events two looks of a reader saw, in one run after the other.
fn looks(events: u32, room: usize) -> Vec<(usize, usize)> {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let all = std::sync::Arc::clone(&seen);
    loom::model(move || {
        let (buffer, room) = (Arc::new(Buffer::new()), sync::Room::new(room));
        let writers = Arc::clone(&buffer);
        let writer =
            loom::thread::spawn(move || (0..events).for_each(|number| writers.push(event(number), &room)));
        let look = || {
            let read: Vec<_> = buffer.events().collect();
            assert!(read.iter().zip(0..).all(|(read, number)| *read == event(number)), "torn: {read:?}");
            read.len()
        };
        let (first, second) = (look(), look());
        assert!(first <= second, "{first} events, then {second}");
        writer.join().expect("the writer does not panic");
        let kept = look();
        assert_eq!(kept as u64 + buffer.lost(), u64::from(events));
        all.lock().expect("nobody panics while holding it").push((first, second));
    });
    std::mem::take(&mut *seen.lock().expect("nobody panics while holding it"))
}

#[test]
fn a_reader_sees_whole_events_and_all_before_them() {
    let looks = looks(3, 1 << 10);
    // The model really was tried in other orders: the reader came before, between and after.
    for seen in [(0, 0), (0, 3), (1, 2), (3, 3)] {
        assert!(looks.contains(&seen), "{seen:?} is not among {} runs", looks.len());
    }
}

#[test]
fn where_room_ends_what_came_before_is_kept() {
    let looks = looks(3, 1);
    assert!(looks.iter().all(|(_, second)| *second <= 1) && looks.contains(&(0, 1)));
}
