//! The end that threads send into.

use std::sync::mpsc::{SendError, TrySendError};
use std::sync::{Arc, MutexGuard};

use super::ledger::Book;
use super::threads::{Entrance, Line};
use super::waiting::{Wait, leaves};
use crate::record::LaneWriter;

/// The end of a channel that items go into: [`Sender`](std::sync::mpsc::Sender) and [`SyncSender`](std::sync::mpsc::SyncSender) in one, recorded. The channel is
/// closed once all clones of this are dropped.
pub struct Sender<T> {
    line: Arc<Line<T>>,
    /// Gone only while this is dropped.
    into: Option<Entrance<T>>,
    number: usize,
    weigh: fn(&T) -> usize,
}

impl<T> Sender<T> {
    /// The first sender of a channel.
    pub(super) fn first(line: &Arc<Line<T>>, into: Entrance<T>) -> Self {
        let number = line.ledger.book().ends.new_sender();
        Self { line: Arc::clone(line), into: Some(into), number, weigh: |_| size_of::<T>() }
    }

    /// The same sender, with another idea of how many bytes an item holds; its clones have it too. Without this it is the
    /// item's own size, to which for a `Vec` what it points to does not belong: `photos.weighing(Vec::len)`.
    pub fn weighing(mut self, bytes: fn(&T) -> usize) -> Self {
        self.weigh = bytes;
        self
    }

    /// Sends `item`; where the channel is full, `lane` is blocked until there is room.
    ///
    /// A thread that waits past the limit of the run ends here; so does one that queues more than
    /// [`MOST_ITEMS`](super::MOST_ITEMS) items or [`MOST_BYTES`](super::MOST_BYTES), and the run fails with a clear message.
    ///
    /// # Errors
    /// Where no receiver is left, with the item.
    pub fn send(&self, lane: &LaneWriter, item: T) -> Result<(), SendError<T>> {
        let mut book = self.line.ledger.book();
        book.ends.sent_by(self.number, lane.name());
        let mut wait = None;
        loop {
            if self.line.ledger.is_over(&book) {
                self.line.ledger.stop(book);
            }
            if book.ends.receivers == 0 || self.line.has_room(&book) {
                break;
            }
            if wait.is_none() {
                let label = format!("sends into {}", self.line.ledger.name);
                wait = Some(Wait::begin(lane, &label));
                book.waiting.senders.push(lane.name().to_owned());
            }
            book = self.line.wait(book, &self.line.room);
        }
        if wait.is_some() {
            leaves(&mut book.waiting.senders, lane.name());
        }
        drop(wait);
        self.put(book, lane, item)
    }

    /// Sends `item` if that needs no waiting.
    ///
    /// # Errors
    /// Where the channel is full, or no receiver is left, with the item.
    pub fn try_send(&self, lane: &LaneWriter, item: T) -> Result<(), TrySendError<T>> {
        let mut book = self.line.ledger.book();
        book.ends.sent_by(self.number, lane.name());
        if self.line.ledger.is_over(&book) {
            self.line.ledger.stop(book);
        }
        if book.ends.receivers > 0 && !self.line.has_room(&book) {
            return Err(TrySendError::Full(item));
        }
        self.put(book, lane, item).map_err(|SendError(item)| TrySendError::Disconnected(item))
    }

    /// Queues the item: there is room, or nobody to receive it.
    fn put(&self, book: MutexGuard<'_, Book>, lane: &LaneWriter, item: T) -> Result<(), SendError<T>> {
        if book.ends.receivers == 0 {
            return Err(SendError(item));
        }
        let (bytes, hungry) = ((self.weigh)(&item), !book.waiting.receivers.is_empty());
        self.line.ledger.queue(book, Some(lane), item, bytes, |parcel| {
            let put = match self.into.as_ref().expect("it is there until it is dropped") {
                Entrance::Unbounded(into) => into.send(parcel).is_ok(),
                Entrance::Bounded(into) => into.try_send(parcel).is_ok(),
            };
            assert!(put, "there is room and a receiver");
        });
        if hungry {
            self.line.items.notify_one();
        }
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        let number = self.line.ledger.book().ends.new_sender();
        Self { line: Arc::clone(&self.line), into: self.into.clone(), number, weigh: self.weigh }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut book = self.line.ledger.book();
        drop(self.into.take());
        if book.ends.drop_sender(self.number) {
            drop(book);
            self.line.items.notify_all();
        }
    }
}
