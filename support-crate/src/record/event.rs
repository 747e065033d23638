//! What is written down at one moment: two words, so that a write is two plain stores.
//!
//! To add a kind of event: add it here with its number, write it in `writer` (or beside it), read it in `read`.

use crate::timeline::{Activity, ArrowKind, MarkKind};

/// What happened. What [`Event::label`] and [`Event::place`] mean hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A span begins. Label: its label. Place: the core where it runs, the lock where it is blocked.
    Begin(Activity),
    End,
    /// The span that was open ends, and this one begins.
    Next(Activity),
    /// Label: what happened.
    Mark(MarkKind),
    /// An arrow leaves this lane, the lane's next. Label: what goes over.
    Send(ArrowKind),
    /// An arrow reaches this lane. Place: the lane it comes from. Label: which of that lane's it is, from 0.
    Receive,
    /// Another lane did this to the lane: woke its future, forked its process. Label: that lane's number.
    From(ArrowKind),
    /// The lane takes a lock. Place: which. Label: how, packed by `hold`.
    Holds,
    /// The lane lets go of a lock. Place: which.
    Releases,
    /// A counter changes. Place: which. Label: what it is now.
    Count,
}

/// Something that happened, when, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    /// Nanoseconds of the shared clock.
    pub time: u64,
    pub kind: Kind,
    pub place: Option<u16>,
    pub label: u32,
}

const NOWHERE: u16 = u16::MAX;

impl Event {
    /// Time in the first word; label, place, the kind's detail and the kind in the second.
    #[inline]
    pub fn pack(self) -> [u64; 2] {
        let (kind, detail) = match self.kind {
            Kind::Begin(activity) => (0, activity as u64),
            Kind::End => (1, 0),
            Kind::Mark(mark) => (2, mark as u64),
            Kind::Send(arrow) => (3, arrow as u64),
            Kind::Receive => (4, 0),
            Kind::From(arrow) => (5, arrow as u64),
            Kind::Next(activity) => (6, activity as u64),
            Kind::Holds => (7, 0),
            Kind::Releases => (8, 0),
            Kind::Count => (9, 0),
        };
        let place = u64::from(self.place.unwrap_or(NOWHERE));
        [self.time, u64::from(self.label) | place << 32 | detail << 48 | kind << 56]
    }

    pub fn unpack([time, rest]: [u64; 2]) -> Self {
        let detail = (rest >> 48) as u8;
        let activity = Activity::ALL[usize::from(detail & 3)];
        let kind = match rest >> 56 {
            0 => Kind::Begin(activity),
            1 => Kind::End,
            2 => Kind::Mark(MarkKind::numbered(detail)),
            3 => Kind::Send(ArrowKind::numbered(detail)),
            4 => Kind::Receive,
            5 => Kind::From(ArrowKind::numbered(detail)),
            6 => Kind::Next(activity),
            7 => Kind::Holds,
            8 => Kind::Releases,
            _ => Kind::Count,
        };
        let place = (rest >> 32) as u16;
        Self { time, kind, place: (place != NOWHERE).then_some(place), label: rest as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_comes_back_as_it_was_packed() {
        let activities = Activity::ALL.into_iter();
        let kinds = activities.clone().map(Kind::Begin).chain(activities.map(Kind::Next));
        let kinds = kinds.chain(MarkKind::ALL.iter().copied().map(Kind::Mark));
        let kinds = kinds.chain(ArrowKind::ALL.iter().copied().map(Kind::Send));
        let kinds = kinds.chain(ArrowKind::ALL.iter().copied().map(Kind::From));
        let rest = [Kind::End, Kind::Receive, Kind::Holds, Kind::Releases, Kind::Count];
        for kind in kinds.chain(rest) {
            for place in [None, Some(0), Some(511)] {
                let event = Event { time: u64::MAX, kind, place, label: u32::MAX };
                assert_eq!(Event::unpack(event.pack()), event);
            }
        }
    }
}
