//! A future, poll by poll: running while it is polled, ready once it was woken, waiting between.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::LaneWriter;
use super::run::panic_text;
use super::thread_lane::Inside;
use super::wakes::Wakes;
use crate::machine::now;
use crate::timeline::Activity;

/// The mark of a future that was dropped before it was ready.
pub(crate) const CANCELLED: &str = "cancelled";
/// The mark of a pending future whose waker nobody holds any more: it would have been pending for ever.
pub(crate) const LOST: &str = "lost: nobody held its waker";
/// What the mark of a future that panicked begins with.
pub(crate) const PANICKED: &str = "panicked: ";
/// What the spans of a recorded future are called: polled, pending, woken.
pub(crate) const POLL: &str = "poll";
pub(crate) const PENDING: &str = "pending";

/// A future that records its polls and its wakes; made by [`LaneWriter::polls`].
#[must_use = "a future does nothing until it is polled"]
pub struct Recorded<F> {
    future: Pin<Box<F>>,
    lane: LaneWriter,
    wakes: Arc<Wakes>,
    waker: Waker,
    /// The waker of the executor that polled last, which is the one that wakes reach.
    executor: Waker,
    /// When the last poll ended: nothing is written down that lies before it.
    last: u64,
    /// Whether the wake that is noted was written down already, at the end of the poll it came in.
    told: bool,
    over: bool,
}

impl LaneWriter {
    /// Records `future` in this lane, which is empty until the first poll.
    ///
    /// Each poll is a running span "poll". Between two polls the lane is waiting ("pending") until the future is
    /// woken, then ready ("woken"). A wake is an arrow "wake" from the lane whose poll, or whose
    /// [thread](super::ThreadLane), woke it; both ends are at the moment of the wake. A future dropped before it is
    /// ready gets the mark "cancelled", and "lost: nobody held its waker" where that is so as well; one that panics
    /// gets "panicked: …", and one still pending when the recording ends has a last span that did
    /// [not end](crate::timeline::Span::ended).
    pub fn polls<F: Future>(self, future: F) -> Recorded<F> {
        let wakes = Wakes::new(self.recorder.clone());
        let waker = Waker::from(Arc::clone(&wakes));
        let (future, executor) = (Box::pin(future), Waker::noop().clone());
        Recorded { future, lane: self, wakes, waker, executor, last: 0, told: false, over: false }
    }
}

impl<F: Future> Future for Recorded<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        if !this.executor.will_wake(context.waker()) {
            this.executor.clone_from(context.waker());
            this.wakes.reach(context.waker());
        }
        let start = now();
        this.woken_before(start);
        this.lane.becomes_at(start, Activity::Running, POLL);
        let inside = Inside::enter(&this.lane, start);
        let polled = catch_unwind(AssertUnwindSafe(|| {
            this.future.as_mut().poll(&mut Context::from_waker(&this.waker))
        }));
        let end = now();
        inside.leave(end);
        match polled {
            Ok(Poll::Pending) => this.pending(start, end),
            Ok(Poll::Ready(_)) => this.ends(end),
            Err(_) => {}
        }
        polled.unwrap_or_else(|panic| this.panicked(end, panic))
    }
}

impl<F> Recorded<F> {
    /// Writes down the wake that this poll follows, unless that was done.
    fn woken_before(&mut self, start: u64) {
        let Some(woken) = self.wakes.take() else { return };
        if !std::mem::take(&mut self.told) {
            let at = woken.at.clamp(self.last, start);
            self.lane.woken_at(at, woken.by);
            self.lane.becomes_at(at, Activity::Ready, "woken");
        }
    }

    fn pending(&mut self, start: u64, end: u64) {
        self.last = end;
        match self.wakes.peek() {
            // Woken in the poll itself, by itself or from another thread: to be polled again at once.
            Some(woken) => {
                self.told = true;
                self.lane.woken_at(woken.at.clamp(start, end), woken.by);
                self.lane.becomes_at(end, Activity::Ready, "woken");
            }
            None => self.lane.becomes_at(end, Activity::Waiting, PENDING),
        }
    }

    fn ends(&mut self, end: u64) {
        self.lane.leave(end);
        self.over = true;
    }

    fn panicked(&mut self, end: u64, panic: Box<dyn Any + Send>) -> ! {
        self.ends(end);
        self.lane.mark(&format!("{PANICKED}{}", panic_text(panic.as_ref())));
        resume_unwind(panic)
    }
}

impl<F> Drop for Recorded<F> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // The two handles that are its own; a timer, a channel, a socket that could wake it would hold one more.
        let alone = Arc::strong_count(&self.wakes) == 2;
        self.lane.mark(CANCELLED);
        if alone && self.last > 0 && self.wakes.peek().is_none() {
            self.lane.mark(LOST);
        }
    }
}
