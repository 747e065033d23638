//! What holds of a buffer; beside it, so that the test `interleavings` can take the buffer alone.

use super::buffer::{Buffer, place};
use super::event::{Event, Kind};
use super::sync::{AtomicUsize, FIRST};

fn event(number: u64) -> Event {
    Event { time: number, kind: Kind::Count, place: None, label: number as u32 }
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
