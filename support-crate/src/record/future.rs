//! A future, poll by poll: running while it is polled, ready once it was woken, waiting between.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::LaneWriter;
use super::stop::{is_stop, panic_text};
use super::thread_lane::{Inside, Shown};
use super::waker::waker;
use super::wakes::{Phase, Wakes};
use super::watch::Watch;
use crate::machine::{now, thread};
use crate::timeline::{Activity, MarkKind};

/// What the spans of a recorded future are called: polled, pending, woken.
const POLL: &str = "poll";
const PENDING: &str = "pending";
const WOKEN: &str = "woken";

/// A label whose number in the lane is looked up once.
struct Known {
    label: &'static str,
    number: Option<u32>,
}

impl Known {
    fn new(label: &'static str) -> Self {
        Self { label, number: None }
    }

    #[inline]
    fn number(&mut self, lane: &LaneWriter) -> u32 {
        *self.number.get_or_insert_with(|| lane.label(self.label))
    }
}
/// The handles of its [`Wakes`] that a recorded future has itself.
pub(super) const OWN: usize = 2;

/// A future that records its polls and its wakes; made by [`LaneWriter::polls`].
#[must_use = "a future does nothing until it is polled"]
pub struct Polled<F> {
    future: Pin<Box<F>>,
    polls: Polls,
}

/// What is recorded of a future, whatever its type: compiled once, with this crate, and not in every cell.
struct Polls {
    lane: LaneWriter,
    wakes: Arc<Wakes>,
    waker: Waker,
    /// The waker of the executor that polled last, which is the one that wakes reach.
    executor: Waker,
    poll: Known,
    pending: Known,
    woken: Known,
    /// What the thread that polls calls it in its own lane.
    shown: Shown,
    /// When the last poll ended: nothing is written down that lies before it.
    last: u64,
    /// Whether the wake that is noted was written down already, at the end of the poll it came in.
    told: bool,
    over: bool,
}

impl LaneWriter {
    /// Records `future` in this lane, which is empty until the first poll, and should be one of a task.
    ///
    /// Each poll is a running span "poll". Between two polls the lane is waiting ("pending") until the future is
    /// woken, then ready ("woken"). A wake is an arrow "wake" from the lane whose poll, or whose
    /// [thread](super::ThreadLane), woke it; both ends are at the moment of the wake. A future dropped before it is
    /// ready is marked as [cancelled](MarkKind::Cancelled), and as [lost](MarkKind::Lost) where nobody held its waker; one
    /// that panics as [panicked](MarkKind::Panicked), and one still pending when the recording ends has a last span that did
    /// [not end](crate::timeline::Span::ended).
    pub fn polls<F: Future>(self, future: F) -> Polled<F> {
        Polled { future: Box::pin(future), polls: Polls::of(self) }
    }
}

impl<F: Future> Future for Polled<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { future, polls } = &mut *self;
        let mut output = None;
        polls.record(context, &mut |context| {
            if let Poll::Ready(ready) = future.as_mut().poll(context) {
                output = Some(ready);
            }
            output.is_some()
        });
        output.map_or(Poll::Pending, Poll::Ready)
    }
}

impl<F> Polled<F> {
    /// Tells from outside how far the future is.
    pub(crate) fn watch(&self) -> Watch {
        Watch::of(&self.polls.wakes, self.polls.lane.name())
    }
}

impl<F> Drop for Polled<F> {
    /// Before the future itself is dropped, which may wake others.
    fn drop(&mut self) {
        self.polls.dropped();
    }
}

impl Polls {
    fn of(lane: LaneWriter) -> Self {
        let wakes = Wakes::new(Arc::clone(&lane.shared), lane.track.number);
        let waker = waker(&wakes);
        let [poll, pending, woken] = [POLL, PENDING, WOKEN].map(Known::new);
        Self {
            lane,
            wakes,
            waker,
            executor: Waker::noop().clone(),
            poll,
            pending,
            woken,
            shown: Shown::default(),
            last: 0,
            told: false,
            over: false,
        }
    }

    /// Records one poll; `poll` says whether the future is ready.
    fn record(&mut self, context: &Context<'_>, poll: &mut dyn FnMut(&mut Context<'_>) -> bool) {
        if !self.executor.will_wake(context.waker()) {
            self.executor.clone_from(context.waker());
            self.wakes.reach(context.waker());
        }
        let start = now();
        self.woken_before(start);
        self.wakes.enters(Phase::Polling, start);
        let core = thread::core();
        self.lane.becomes_known(start, Activity::Running, self.poll.number(&self.lane), core);
        let inside = Inside::enter(&self.lane, &mut self.shown, start, core);
        let polled = catch_unwind(AssertUnwindSafe(|| poll(&mut Context::from_waker(&self.waker))));
        let end = now();
        inside.leave(end);
        match polled {
            Ok(false) => self.pending(start, end),
            Ok(true) => self.ends(end),
            Err(panic) => self.panicked(end, panic),
        }
    }

    /// Writes down the wake that this poll follows, unless that was done.
    fn woken_before(&mut self, start: u64) {
        let Some(woken) = self.wakes.take() else { return };
        if !std::mem::take(&mut self.told) {
            let at = woken.at.clamp(self.last, start);
            self.lane.woken_at(at, woken.by);
            self.lane.becomes_known(at, Activity::Ready, self.woken.number(&self.lane), None);
        }
    }

    fn pending(&mut self, start: u64, end: u64) {
        self.last = end;
        self.wakes.enters(Phase::Pending, end);
        match self.wakes.peek() {
            // Woken in the poll itself, by itself or from another thread: to be polled again at once.
            Some(woken) => {
                self.told = true;
                self.lane.woken_at(woken.at.clamp(start, end), woken.by);
                self.lane.becomes_known(end, Activity::Ready, self.woken.number(&self.lane), None);
            }
            None => self.lane.becomes_known(end, Activity::Waiting, self.pending.number(&self.lane), None),
        }
    }

    fn ends(&mut self, end: u64) {
        self.wakes.enters(Phase::Over, end);
        self.lane.leave(end);
        self.over = true;
    }

    fn panicked(&mut self, end: u64, panic: Box<dyn Any + Send>) -> ! {
        self.ends(end);
        if !is_stop(panic.as_ref()) {
            self.lane.mark_of(MarkKind::Panicked, &panic_text(panic.as_ref()));
        }
        resume_unwind(panic)
    }

    fn dropped(&mut self) {
        if self.over {
            return;
        }
        // A timer, a channel, a socket that could wake it would hold one more.
        let alone = Arc::strong_count(&self.wakes) == OWN;
        self.wakes.enters(Phase::Over, now());
        self.lane.mark_of(MarkKind::Cancelled, MarkKind::Cancelled.name());
        if alone && self.last > 0 && self.wakes.peek().is_none() {
            self.lane.mark_of(MarkKind::Lost, MarkKind::Lost.name());
        }
    }
}
