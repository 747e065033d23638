//! A future, poll by poll: running while it is polled, waiting while it is not.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::LaneWriter;
use crate::timeline::Activity;

/// A future that records its polls; made by [`LaneWriter::polls`].
pub struct Recorded<F> {
    future: Pin<Box<F>>,
    lane: LaneWriter,
    finished: bool,
}

impl LaneWriter {
    /// Records `future` in this lane: a running span for each poll, a waiting span between two polls. A
    /// future dropped before it is ready gets the mark "dropped".
    pub fn polls<F: Future>(self, future: F) -> Recorded<F> {
        Recorded { future: Box::pin(future), lane: self, finished: false }
    }
}

impl<F: Future> Future for Recorded<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        this.lane.becomes(Activity::Running, "poll");
        let polled = this.future.as_mut().poll(context);
        match polled {
            Poll::Pending => this.lane.becomes(Activity::Waiting, "pending"),
            Poll::Ready(_) => {
                this.lane.done();
                this.finished = true;
            }
        }
        polled
    }
}

impl<F> Drop for Recorded<F> {
    fn drop(&mut self) {
        if !self.finished {
            self.lane.mark("dropped");
        }
    }
}
