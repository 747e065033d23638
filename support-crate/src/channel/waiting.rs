//! Who waits at a channel, who has its ends, and what is said of that when the run is at its limit.

use std::collections::BTreeMap;

use super::ledger::{Book, Ledger};
use crate::machine::now;
use crate::record::{AtTheLimit, LaneWriter};
use crate::timeline::Activity;

/// So many senders are named.
const NAMED: usize = 5;

/// The ends of a channel that are alive.
#[derive(Default)]
pub(super) struct Ends {
    /// Each sender by its number, and the lane that sent with it last.
    senders: BTreeMap<usize, Option<String>>,
    made: usize,
    pub receivers: usize,
}

impl Ends {
    /// One more sender: its number.
    pub fn new_sender(&mut self) -> usize {
        self.senders.insert(self.made, None);
        self.made += 1;
        self.made - 1
    }

    /// The sender is used by this lane.
    pub fn sent_by(&mut self, sender: usize, lane: &str) {
        if let Some(last) = self.senders.get_mut(&sender).filter(|last| last.as_deref() != Some(lane)) {
            *last = Some(lane.to_owned());
        }
    }

    /// The sender is dropped: whether it was the last.
    pub fn drop_sender(&mut self, sender: usize) -> bool {
        self.senders.remove(&sender);
        self.senders.is_empty()
    }

    /// "2 senders are alive: one that ada sent with, and the first one, with which nobody sent".
    fn alive(&self) -> String {
        let said = |(number, lane): (&usize, &Option<String>)| match (lane, number) {
            (Some(lane), _) => format!("one that {lane} sent with"),
            (None, 0) => "the first one, which nobody sent with".to_owned(),
            (None, _) => "a clone that nobody sent with".to_owned(),
        };
        let mut told: Vec<String> = self.senders.iter().take(NAMED).map(said).collect();
        let more = self.senders.len() - told.len();
        told.extend((more > 0).then(|| format!("{more} more")));
        let are = if self.senders.len() == 1 { "sender is" } else { "senders are" };
        format!("{} {are} alive: {}", self.senders.len(), told.join(", "))
    }
}

/// The lanes that wait at a channel.
#[derive(Default)]
pub(super) struct Waiting {
    /// For an item.
    pub receivers: Vec<String>,
    /// For room.
    pub senders: Vec<String>,
}

/// Takes one of this name off the list.
pub(super) fn leaves(waiting: &mut Vec<String>, name: &str) {
    if let Some(place) = waiting.iter().position(|other| other == name) {
        waiting.swap_remove(place);
    }
}

impl AtTheLimit for Ledger {
    fn told(&self) -> Vec<String> {
        let (book, name) = (self.book(), &self.name);
        let empty = |lane: &String| {
            format!(
                "{lane} waits to receive from \"{name}\", which is empty and not closed, for {}. Once no sender is left a receiver's loop ends",
                book.ends.alive()
            )
        };
        let full =
            |lane: &String| format!("{lane} waits to send into \"{name}\", which {}", self.full(&book));
        book.waiting.receivers.iter().map(empty).chain(book.waiting.senders.iter().map(full)).collect()
    }
}

impl Ledger {
    /// "is full (4 of 4), and from which nobody received".
    fn full(&self, book: &Book) -> String {
        let room = match self.bound {
            Some(0) => "has no room at all".to_owned(),
            bound => format!("is full ({} of {})", book.queued, bound.unwrap_or(book.queued)),
        };
        match book.received {
            0 => format!("{room}, and from which nobody received"),
            received => format!("{room}; {received} were received"),
        }
    }
}

/// A blocked span, in which a lane waits at a channel. Where the run ends the thread that waits, it waited to the end.
pub(super) struct Wait<'lane>(&'lane LaneWriter);

impl<'lane> Wait<'lane> {
    pub fn begin(lane: &'lane LaneWriter, label: &str) -> Self {
        lane.begin(now(), Activity::Blocked, label);
        Self(lane)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if !self.0.is_ended() {
            self.0.end(now());
        }
    }
}
