//! What goes from one lane to another: an arrow leaves where it is sent and ends where it is received.

use super::LaneWriter;
use super::event::Kind;
use super::track::NOBODY;
use crate::machine::{now, now_in_order};
use crate::timeline::ArrowKind;

/// Something on its way from one lane to another: made by [`LaneWriter::send`], used up by [`LaneWriter::receive`].
#[derive(Debug)]
pub struct Handoff {
    lane: u32,
    number: u32,
}

impl LaneWriter {
    /// Something leaves this lane now; hand the result to the lane it goes to.
    #[must_use = "the arrow is drawn once another lane receives it"]
    pub fn send(&self, label: &str) -> Handoff {
        self.send_as(ArrowKind::Message, label)
    }

    /// An arrow of a certain kind leaves this lane now.
    pub(crate) fn send_as(&self, kind: ArrowKind, label: &str) -> Handoff {
        let label = self.label(label);
        self.push(now(), Kind::Send(kind), label);
        let lane = if self.is_here() { self.track.number } else { NOBODY };
        Handoff { lane, number: self.sent.replace(self.sent.get() + 1) }
    }

    /// Something that another lane sent arrives here now.
    pub fn receive(&self, handoff: Handoff) {
        if handoff.lane != NOBODY {
            self.push_at(now_in_order(), Kind::Receive, handoff.number, u16::try_from(handoff.lane).ok());
        }
    }

    /// What the lane waited for, or its future, was woken by the lane numbered `by`.
    #[inline]
    pub(crate) fn woken_at(&self, moment: u64, by: u32) {
        self.push(moment, Kind::From(ArrowKind::Wake), by);
    }

    /// The lane's worker took, now, what was in the queue of the lane numbered `from`.
    pub(crate) fn stolen_from(&self, from: u32) {
        self.push(now(), Kind::From(ArrowKind::Steal), from);
    }

    /// The lane's process was forked by the lane numbered `by`.
    pub(crate) fn forked_by(&self, by: u32) {
        self.push(now(), Kind::From(ArrowKind::Fork), by);
    }
}

impl Handoff {
    /// What stands for the arrow on its way to another process.
    pub(crate) fn code(self) -> u64 {
        u64::from(self.lane) << 32 | u64::from(self.number)
    }

    /// The arrow whose [`code`](Self::code) came from another process.
    pub(crate) fn coded(code: u64) -> Self {
        Self { lane: (code >> 32) as u32, number: code as u32 }
    }
}
