//! Channels between the threads of a run: `std::sync::mpsc`, with a lane written for whoever sends and receives.

use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ledger::{Book, Ledger, Parcel, absurd};
use super::receiver::Receiver;
use super::sender::Sender;
use crate::machine::now;
use crate::record::Recorder;

/// A channel called `name` with room for `bound` items, or for any number.
pub(crate) fn channel<T>(
    recorder: &Recorder,
    name: String,
    bound: Option<usize>,
) -> (Sender<T>, Receiver<T>) {
    if let Some(fault) = bound.and_then(|bound| absurd(bound, &name)) {
        recorder.fault(fault);
    }
    let ledger = Ledger::new(recorder, name, bound);
    let (into, out) = match ledger.bound {
        // Two who meet hand over under the ledger's lock, so nothing is ever left in it.
        None | Some(0) => {
            let (into, out) = mpsc::channel();
            (Entrance::Unbounded(into), out)
        }
        Some(bound) => {
            let (into, out) = mpsc::sync_channel(bound);
            (Entrance::Bounded(into), out)
        }
    };
    let line = Line { ledger, out: Mutex::new(Some(out)), items: Condvar::new(), room: Condvar::new() };
    let line = Arc::new(line);
    (Sender::first(&line, into), Receiver::first(line))
}

/// What both ends of a channel share.
pub(super) struct Line<T> {
    pub ledger: Arc<Ledger>,
    /// Locked only under the ledger's lock; gone once no receiver is left.
    pub out: Mutex<Option<mpsc::Receiver<Parcel<T>>>>,
    /// Told when there is an item, or no sender any more.
    pub items: Condvar,
    /// Told when there is room, or no receiver any more.
    pub room: Condvar,
}

impl<T> Line<T> {
    /// Waits at `bell`, at most until the run is at its limit.
    pub fn wait<'book>(&self, book: MutexGuard<'book, Book>, bell: &Condvar) -> MutexGuard<'book, Book> {
        let left = self.ledger.recorder.deadline().saturating_sub(now());
        let woken = bell.wait_timeout(book, Duration::from_nanos(left));
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Whether one more item may be queued now: the bound, or without any room as many as there are hands held out.
    pub fn has_room(&self, book: &Book) -> bool {
        match self.ledger.bound {
            None => true,
            Some(0) => book.queued < book.waiting.receivers.len(),
            Some(bound) => book.queued < bound,
        }
    }
}

/// The end of std's channel that items go into.
pub(super) enum Entrance<T> {
    Unbounded(mpsc::Sender<Parcel<T>>),
    Bounded(mpsc::SyncSender<Parcel<T>>),
}

impl<T> Clone for Entrance<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Unbounded(into) => Self::Unbounded(into.clone()),
            Self::Bounded(into) => Self::Bounded(into.clone()),
        }
    }
}
