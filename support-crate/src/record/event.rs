//! What is written down at one moment: two words, so that a write is two plain stores.

use crate::timeline::Activity;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Begin(Activity),
    End,
    /// The span that was open ends, and this one begins.
    Next(Activity),
    Mark,
    /// An arrow leaves this lane; the label is the arrow's number.
    Send,
    /// An arrow reaches this lane; the label is the arrow's number.
    Receive,
    /// The lane's future was woken; the label is the number of the lane that woke it.
    Woken,
}

/// Something that happened, when, and on which core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    /// Nanoseconds of the shared clock.
    pub time: u64,
    pub kind: Kind,
    pub core: Option<u16>,
    pub label: u32,
}

const NO_CORE: u16 = u16::MAX;

impl Event {
    /// Time in the first word; label, core, activity and kind in the second.
    pub fn pack(self) -> [u64; 2] {
        let (kind, activity) = match self.kind {
            Kind::Begin(activity) => (0, activity as u64),
            Kind::End => (1, 0),
            Kind::Mark => (2, 0),
            Kind::Send => (3, 0),
            Kind::Receive => (4, 0),
            Kind::Woken => (5, 0),
            Kind::Next(activity) => (6, activity as u64),
        };
        let core = u64::from(self.core.unwrap_or(NO_CORE));
        [self.time, u64::from(self.label) | core << 32 | activity << 48 | kind << 56]
    }

    pub fn unpack([time, rest]: [u64; 2]) -> Self {
        let kind = match rest >> 56 {
            0 => Kind::Begin(Activity::ALL[(rest >> 48 & 3) as usize]),
            1 => Kind::End,
            2 => Kind::Mark,
            3 => Kind::Send,
            4 => Kind::Receive,
            5 => Kind::Woken,
            _ => Kind::Next(Activity::ALL[(rest >> 48 & 3) as usize]),
        };
        let core = (rest >> 32) as u16;
        Self { time, kind, core: (core != NO_CORE).then_some(core), label: rest as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_comes_back_as_it_was_packed() {
        let kinds = Activity::ALL.map(Kind::Begin).into_iter().chain(Activity::ALL.map(Kind::Next)).chain([
            Kind::End,
            Kind::Woken,
            Kind::Mark,
            Kind::Send,
            Kind::Receive,
            Kind::Woken,
        ]);
        for kind in kinds {
            for core in [None, Some(0), Some(511)] {
                let event = Event { time: u64::MAX, kind, core, label: u32::MAX };
                assert_eq!(Event::unpack(event.pack()), event);
            }
        }
    }
}
