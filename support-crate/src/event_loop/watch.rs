//! A task being watched: polled, pending, woken, and how many hold its waker. What [`stall`](super::stall) reads.
//!
//! A task hands out a waker of this room's, which counts itself: where a task is pending and no such waker is left,
//! nobody can wake it any more, and that is certain at once, without waiting for a time limit.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Wake, Waker};

use super::run::Shared;
use crate::machine::now;
use crate::record::locked;

thread_local! {
    /// The task that this thread is polling.
    static POLLING: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// Who acts here: the task being polled, or else the thread.
fn actor() -> Arc<str> {
    let task = POLLING.try_with(|polling| polling.borrow().clone()).ok().flatten();
    let thread = || std::thread::current().name().unwrap_or("a thread without a name").into();
    task.unwrap_or_else(thread)
}

/// The task that the calling thread is polling, if any.
pub(super) fn polled_here() -> Option<String> {
    POLLING.with_borrow(|polling| polling.as_ref().map(ToString::to_string))
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    New,
    Polling,
    Pending,
    Woken,
}

/// What is known of a task.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub step: Step,
    /// Since when, in nanoseconds of the shared clock.
    pub since: u64,
    /// How many of its wakers are left, whether in one hand or in several.
    pub wakers: usize,
    /// Who woke it last.
    pub woken_by: Option<Arc<str>>,
    /// Who let go of a waker last.
    pub let_go_by: Option<Arc<str>>,
}

/// One task, as the loop's run knows it.
pub(super) struct Watch {
    pub name: Arc<str>,
    state: Mutex<State>,
}

impl Watch {
    pub fn new(name: &str) -> Arc<Self> {
        let state = State { step: Step::New, since: now(), wakers: 0, woken_by: None, let_go_by: None };
        Arc::new(Self { name: name.into(), state: Mutex::new(state) })
    }

    pub fn state(&self) -> State {
        locked(&self.state).clone()
    }

    /// Whether it is pending, and nobody is left who could wake it.
    pub fn is_lost(&self) -> bool {
        let state = locked(&self.state);
        state.step == Step::Pending && state.wakers == 0
    }

    fn begins(self: &Arc<Self>, executor: Waker) -> Waker {
        let mut state = locked(&self.state);
        (state.step, state.since) = (Step::Polling, now());
        state.wakers += 1;
        Waker::from(Arc::new(Call { watch: self.clone(), executor }))
    }

    fn woken(&self) {
        let mut state = locked(&self.state);
        if matches!(state.step, Step::Pending | Step::Polling) {
            (state.step, state.since) = (Step::Woken, now());
            state.woken_by = Some(actor());
        }
    }

    fn pending(&self) {
        let mut state = locked(&self.state);
        if state.step == Step::Polling {
            (state.step, state.since) = (Step::Pending, now());
        }
    }
}

/// A waker that a poll hands out: notes who wakes, and who lets go of the last clone.
struct Call {
    watch: Arc<Watch>,
    executor: Waker,
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // First: the loop may poll the task on another thread as soon as the executor knows.
        self.watch.woken();
        self.executor.wake_by_ref();
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut state = locked(&self.watch.state);
        state.wakers -= 1;
        if state.wakers == 0 && state.step != Step::Woken {
            state.let_go_by = Some(actor());
        }
    }
}

/// A future's place, from which the end of the run can take it wherever the task has got to.
pub(super) type Place<F> = Mutex<Option<Pin<Box<F>>>>;

/// A future whose polls and wakers are watched; made by [`LoopRun::task`](super::LoopRun::task).
#[must_use = "a future does nothing until it is polled"]
pub struct Watching<F> {
    place: Arc<Place<F>>,
    watch: Arc<Watch>,
    number: usize,
    run: Weak<Shared>,
}

impl<F> Watching<F> {
    pub(super) fn new(place: Arc<Place<F>>, watch: Arc<Watch>, number: usize, run: Weak<Shared>) -> Self {
        Self { place, watch, number, run }
    }

    fn over(&self) {
        if let Some(run) = self.run.upgrade() {
            run.forget(self.number);
        }
    }
}

impl<F: Future> Future for Watching<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let run = self.run.upgrade();
        run.iter().for_each(|run| run.stop_if_late());
        let mut place = locked(&self.place);
        // The run is over and has taken the future back.
        let Some(future) = place.as_mut() else { return Poll::Pending };
        let inside = Inside::enter(&self.watch, run.as_deref());
        let waker = self.watch.begins(context.waker().clone());
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        drop(waker);
        drop(inside);
        if polled.is_pending() {
            self.watch.pending();
        } else {
            *place = None;
            drop(place);
            self.over();
        }
        polled
    }
}

impl<F> Drop for Watching<F> {
    fn drop(&mut self) {
        self.over();
    }
}

/// A poll going on, on this thread; says whose it was should it panic.
struct Inside<'poll> {
    outside: Option<Arc<str>>,
    watch: &'poll Watch,
    run: Option<&'poll Shared>,
}

impl<'poll> Inside<'poll> {
    fn enter(watch: &'poll Watch, run: Option<&'poll Shared>) -> Self {
        let outside = POLLING.replace(Some(watch.name.clone()));
        Self { outside, watch, run }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if let (true, Some(run)) = (std::thread::panicking(), self.run) {
            run.panics_in(&self.watch.name);
        }
        POLLING.set(self.outside.take());
    }
}
