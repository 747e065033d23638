//! Channels between the tasks of a run: `tokio::sync::mpsc`, with the lane written of whoever sends and receives. A task
//! that waits for room, or for an item, is pending; its thread polls others meanwhile. What is sent or received on a
//! thread that has no lane in the run goes through, and is counted with the next that has one.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::mpsc::{self, error::SendError};

use super::ledger::{Ledger, Parcel, absurd};
use super::waiting::leaves;
use crate::error::Error;
use crate::record::{LaneWriter, Recorder, thread_lane};
use crate::timeline::MarkKind;

/// A channel called `name` with room for `bound` items.
pub(crate) fn bounded<T>(recorder: &Recorder, name: String, bound: usize) -> (Sender<T>, Receiver<T>) {
    let none = (bound == 0).then(|| Error::NotPossible {
        what: format!("\"{name}\", a channel of Tokio's without any room,"),
        because: "there a send always needs a place: take 1 at least".to_owned(),
    });
    if let Some(fault) = none.or_else(|| absurd(bound, &name)) {
        recorder.fault(fault);
    }
    let ledger = Ledger::new(recorder, name, Some(bound.max(1)));
    let (into, out) = mpsc::channel(ledger.bound.unwrap_or(1));
    (Sender { into, end: SenderEnd::first(&ledger) }, Receiver { out: Out::Bounded(out), ledger })
}

/// A channel called `name` with room for any number of items.
pub(crate) fn unbounded<T>(recorder: &Recorder, name: String) -> (UnboundedSender<T>, Receiver<T>) {
    let ledger = Ledger::new(recorder, name, None);
    let (into, out) = mpsc::unbounded_channel();
    (UnboundedSender { into, end: SenderEnd::first(&ledger) }, Receiver { out: Out::Unbounded(out), ledger })
}

/// Calls `body` with the lane of the task that is polled, else of the thread, where there is one.
fn with_lane<T>(body: impl FnOnce(Option<&LaneWriter>) -> T) -> T {
    let (mut body, mut result) = (Some(body), None);
    let mut call = |lane: Option<&LaneWriter>| result = body.take().map(|body| body(lane));
    if thread_lane::polled(|lane| call(Some(lane))).is_none() && thread_lane::is_open() {
        thread_lane::with(|lane| call(Some(lane)));
    }
    if result.is_none() {
        result = body.map(|body| body(None));
    }
    result.expect("the body was called")
}

fn lane_name() -> String {
    with_lane(|lane| lane.map_or("a thread without a lane", LaneWriter::name).to_owned())
}

/// A sender's entry in the ledger.
struct SenderEnd {
    ledger: Arc<Ledger>,
    number: usize,
}

impl SenderEnd {
    fn first(ledger: &Arc<Ledger>) -> Self {
        ledger.book().ends.receivers = 1;
        Self::new(ledger)
    }

    fn new(ledger: &Arc<Ledger>) -> Self {
        Self { ledger: Arc::clone(ledger), number: ledger.book().ends.new_sender() }
    }

    fn queue<T>(&self, item: T, put: impl FnOnce(Parcel<T>)) {
        with_lane(|lane| {
            let mut book = self.ledger.book();
            if let Some(lane) = lane {
                book.ends.sent_by(self.number, lane.name());
            }
            self.ledger.queue(book, lane, item, size_of::<T>(), put);
        });
    }
}

impl Clone for SenderEnd {
    fn clone(&self) -> Self {
        Self::new(&self.ledger)
    }
}

impl Drop for SenderEnd {
    fn drop(&mut self) {
        self.ledger.book().ends.drop_sender(self.number);
    }
}

/// The end of a bounded channel that items go into: Tokio's [`mpsc::Sender`], recorded.
pub struct Sender<T> {
    into: mpsc::Sender<Parcel<T>>,
    end: SenderEnd,
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { into: self.into.clone(), end: self.end.clone() }
    }
}

impl<T> Sender<T> {
    /// Sends `item`; where the channel is full the task is pending until there is room, and its lane is marked. Dropped
    /// before that, it has sent nothing.
    ///
    /// # Errors
    /// Where the receiver is gone, with the item.
    pub async fn send(&self, item: T) -> Result<(), SendError<T>> {
        let permit = match self.into.try_reserve() {
            Ok(permit) => Ok(permit),
            Err(mpsc::error::TrySendError::Closed(())) => return Err(SendError(item)),
            Err(mpsc::error::TrySendError::Full(())) => {
                with_lane(|lane| {
                    lane.into_iter().for_each(|lane| lane.mark_of(MarkKind::Full, &self.end.ledger.name));
                });
                let _waits = Waits::at(&self.end.ledger, Side::Sender);
                self.into.reserve().await
            }
        };
        match permit {
            Ok(permit) => {
                self.end.queue(item, |parcel| permit.send(parcel));
                Ok(())
            }
            Err(_) => Err(SendError(item)),
        }
    }
}

/// The end of an unbounded channel that items go into: Tokio's [`mpsc::UnboundedSender`], recorded.
pub struct UnboundedSender<T> {
    into: mpsc::UnboundedSender<Parcel<T>>,
    end: SenderEnd,
}

impl<T> Clone for UnboundedSender<T> {
    fn clone(&self) -> Self {
        Self { into: self.into.clone(), end: self.end.clone() }
    }
}

impl<T> UnboundedSender<T> {
    /// Sends `item`, which never waits. Past [`MOST_ITEMS`](super::MOST_ITEMS) items or
    /// [`MOST_BYTES`](super::MOST_BYTES) the poll ends here, and the run fails with a clear message.
    ///
    /// # Errors
    /// Where the receiver is gone, with the item.
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        if self.into.is_closed() {
            return Err(SendError(item));
        }
        // A receiver that goes in this moment takes the item with it.
        self.end.queue(item, |parcel| _ = self.into.send(parcel));
        Ok(())
    }
}

enum Out<T> {
    Bounded(mpsc::Receiver<Parcel<T>>),
    Unbounded(mpsc::UnboundedReceiver<Parcel<T>>),
}

impl<T> Out<T> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Parcel<T>>> {
        match self {
            Self::Bounded(out) => out.poll_recv(context),
            Self::Unbounded(out) => out.poll_recv(context),
        }
    }
}

/// The end of a channel that items come out of: Tokio's [`mpsc::Receiver`] or [`mpsc::UnboundedReceiver`], recorded.
pub struct Receiver<T> {
    out: Out<T>,
    ledger: Arc<Ledger>,
}

impl<T> Receiver<T> {
    /// Receives the next item; `None` once the channel is empty and closed: no sender is left. While there is none the task
    /// is pending. Dropped before that, it has received nothing. A lane that finds it closed is marked.
    pub async fn recv(&mut self) -> Option<T> {
        let mut waits = None;
        let Self { out, ledger } = self;
        poll_fn(|context| {
            let polled = with_lane(|lane| {
                // Under the lock: with the item a place becomes free, which a sender may count at once.
                let mut book = ledger.book();
                if book.over() {
                    ledger.stop(book);
                }
                let polled = out.poll(context);
                if let (Poll::Ready(None), Some(lane)) = (&polled, lane) {
                    ledger.is_closed(lane);
                }
                polled.map(|parcel| Some(ledger.take(&mut book, lane, parcel?)))
            });
            if polled.is_pending() && waits.is_none() {
                waits = Some(Waits::at(ledger, Side::Receiver));
            }
            polled
        })
        .await
    }
}

#[derive(Clone, Copy)]
enum Side {
    Sender,
    Receiver,
}

/// A task that waits at a channel, until it has what it waits for, or is dropped.
struct Waits {
    ledger: Arc<Ledger>,
    side: Side,
    name: String,
}

impl Waits {
    fn at(ledger: &Arc<Ledger>, side: Side) -> Self {
        let waits = Self { ledger: Arc::clone(ledger), side, name: lane_name() };
        waits.change(|waiting, name| waiting.push(name.to_owned()));
        waits
    }

    fn change(&self, change: impl FnOnce(&mut Vec<String>, &str)) {
        let mut book = self.ledger.book();
        let waiting = &mut book.waiting;
        change(
            match self.side {
                Side::Sender => &mut waiting.senders,
                Side::Receiver => &mut waiting.receivers,
            },
            &self.name,
        );
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.change(leaves);
    }
}
