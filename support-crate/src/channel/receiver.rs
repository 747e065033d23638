//! The end that threads receive from.

use std::sync::mpsc::{self, RecvError, TryRecvError};
use std::sync::{Arc, MutexGuard};

use super::ledger::{Book, Parcel};
use super::threads::Line;
use super::waiting::{Wait, leaves};
use crate::record::{LaneWriter, locked};

/// The end of a channel that items come out of: [`mpsc::Receiver`], recorded. It can be cloned, as that of
/// `crossbeam-channel` and unlike std's: then each item goes to one of those who receive.
pub struct Receiver<T> {
    line: Arc<Line<T>>,
}

impl<T> Receiver<T> {
    /// The first receiver of a channel.
    pub(super) fn first(line: Arc<Line<T>>) -> Self {
        line.ledger.book().ends.receivers = 1;
        Self { line }
    }

    /// Receives the next item; while there is none, `lane` is blocked. Where it finds the channel closed it is marked.
    ///
    /// A thread that waits past the limit of the run ends here, and the run says who still has a sender.
    ///
    /// # Errors
    /// Where the channel is empty and closed: no sender is left.
    pub fn recv(&self, lane: &LaneWriter) -> Result<T, RecvError> {
        let mut book = self.line.ledger.book();
        let mut wait = None;
        let taken = loop {
            if self.line.ledger.is_over(&book) {
                self.line.ledger.stop(book);
            }
            match self.take() {
                Err(TryRecvError::Empty) => {}
                taken => break taken,
            }
            if wait.is_none() {
                let label = format!("receives from {}", self.line.ledger.name);
                wait = Some(Wait::begin(lane, &label));
                book.waiting.receivers.push(lane.name().to_owned());
                if self.line.ledger.bound == Some(0) {
                    self.line.room.notify_one();
                }
            }
            book = self.line.wait(book, &self.line.items);
        };
        if wait.is_some() {
            leaves(&mut book.waiting.receivers, lane.name());
        }
        drop(wait);
        match taken {
            Ok(parcel) => Ok(self.taken(book, lane, parcel)),
            Err(_) => {
                self.line.ledger.is_closed(lane);
                Err(RecvError)
            }
        }
    }

    /// Receives the next item if there is one.
    ///
    /// # Errors
    /// Where the channel is empty; where it is closed as well.
    pub fn try_recv(&self, lane: &LaneWriter) -> Result<T, TryRecvError> {
        let book = self.line.ledger.book();
        if self.line.ledger.is_over(&book) {
            self.line.ledger.stop(book);
        }
        let parcel = self.take()?;
        Ok(self.taken(book, lane, parcel))
    }

    /// The items that come, until the channel is empty and closed: `for order in kitchen.iter(lane)`.
    pub fn iter<'iter>(&'iter self, lane: &'iter LaneWriter) -> Iter<'iter, T> {
        Iter { receiver: self, lane }
    }

    /// What std's channel gives.
    fn take(&self) -> Result<Parcel<T>, TryRecvError> {
        locked(&self.line.out).as_ref().map_or(Err(TryRecvError::Disconnected), mpsc::Receiver::try_recv)
    }

    fn taken(&self, mut book: MutexGuard<'_, Book>, lane: &LaneWriter, parcel: Parcel<T>) -> T {
        let item = self.line.ledger.take(&mut book, Some(lane), parcel);
        if !book.waiting.senders.is_empty() {
            self.line.room.notify_one();
        }
        item
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.line.ledger.book().ends.receivers += 1;
        Self { line: Arc::clone(&self.line) }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut book = self.line.ledger.book();
        book.ends.receivers -= 1;
        if book.ends.receivers == 0 {
            let left = locked(&self.line.out).take();
            drop(book);
            self.line.room.notify_all();
            // Outside the locks: what is left may have a sender of this channel in it.
            drop(left);
        }
    }
}

/// The items of a [`Receiver`], until the channel is empty and closed.
pub struct Iter<'iter, T> {
    receiver: &'iter Receiver<T>,
    lane: &'iter LaneWriter,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.recv(self.lane).ok()
    }
}
