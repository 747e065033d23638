//! One coroutine between two turns: its stack, its lane, what it waits for.

use std::cell::{Cell, OnceCell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use corosensei::CoroutineResult;

use super::handle::Turn;
use super::turns::TURN;
use crate::error::Error;
use crate::machine::{Limit, now};
use crate::record::{LaneWriter, panic_text};
use crate::timeline::Activity;

/// A coroutine that yields why it gave way.
pub(super) type Inner = corosensei::Coroutine<(), Turn, ()>;

/// What ends a run at once, without a word on stderr: the reason stands in [`Shared::fault`] or in the recording.
struct Stopped;

/// Whether a panic is the end of the run, and no fault of the code it went through.
pub(super) fn is_stop(payload: &(dyn std::any::Any + Send)) -> bool {
    payload.is::<Stopped>()
}

/// What the coroutines of one run share.
#[derive(Default)]
pub(super) struct Shared {
    /// The first thing that went wrong.
    fault: RefCell<Option<Error>>,
    /// The lane of the thread that resumes them, where the run asked for one.
    pub thread: OnceCell<LaneWriter>,
    /// Who is inside a turn now; another resumed from in there comes after it.
    inside: RefCell<Vec<Rc<Slot>>>,
    /// Stacks there are at this moment.
    pub stacks: Cell<usize>,
    /// How many stacks there may be.
    pub most: OnceCell<Limit>,
}

impl Shared {
    /// Keeps what went wrong; the first is what the learner is told.
    pub fn fault(&self, fault: Error) {
        self.fault.borrow_mut().get_or_insert(fault);
    }

    pub fn told_fault(&self) -> Option<Error> {
        self.fault.take()
    }

    /// Ends the run, from however deep inside it.
    pub fn stop(&self, fault: Option<Error>) -> ! {
        if let Some(fault) = fault {
            self.fault(fault);
        }
        resume_unwind(Box::new(Stopped))
    }
}

/// One coroutine, as its handle, its crew and the code inside it know it.
pub(super) struct Slot {
    pub lane: LaneWriter,
    pub shared: Rc<Shared>,
    /// `None` inside a turn, and once it is over.
    inner: RefCell<Option<Inner>>,
    /// When its wait is over, in nanoseconds of the shared clock.
    pub due: Cell<Option<u64>>,
    /// Whether its run is over too.
    pub dismissed: Cell<bool>,
}

impl Slot {
    pub fn new(lane: LaneWriter, shared: Rc<Shared>) -> Self {
        lane.becomes(Activity::Ready, "not begun");
        Self { lane, shared, inner: RefCell::default(), due: Cell::new(None), dismissed: Cell::new(false) }
    }

    /// Its stack, with what is to run on it.
    pub fn holds(&self, inner: Inner) {
        self.shared.stacks.set(self.shared.stacks.get() + 1);
        self.inner.replace(Some(inner));
    }

    /// Whether its code has come to an end.
    pub fn is_done(&self) -> bool {
        self.inner.borrow().is_none()
    }

    /// One turn, from `moment` until it gives way or is done.
    pub fn turn(self: &Rc<Self>, moment: u64) -> Turn {
        let Some(mut inner) = self.inner.take() else { return Turn::Done };
        self.enter(moment);
        // A panic is caught here and told; nothing of this run is used after it but the lanes.
        let ended = catch_unwind(AssertUnwindSafe(|| inner.resume(())));
        let turn = match ended {
            Ok(CoroutineResult::Yield(turn)) => {
                self.inner.replace(Some(inner));
                turn
            }
            Ok(CoroutineResult::Return(())) => self.over(inner),
            Err(payload) => {
                self.over(inner);
                if is_stop(payload.as_ref()) {
                    self.leave();
                    resume_unwind(payload);
                }
                self.panicked(&panic_text(payload.as_ref()));
                Turn::Done
            }
        };
        self.leave();
        turn
    }

    /// The thread goes into this coroutine. One that resumed it from inside its own turn waits for it.
    fn enter(self: &Rc<Self>, moment: u64) {
        self.ends_waiting(moment);
        let mut inside = self.shared.inside.borrow_mut();
        if let Some(outer) = inside.last() {
            outer.lane.begin(moment, Activity::Waiting, self.lane.name());
        }
        if let Some(thread) = self.shared.thread.get() {
            thread.begin(moment, Activity::Running, self.lane.name());
        }
        inside.push(Rc::clone(self));
        self.lane.begin(moment, Activity::Running, TURN);
    }

    /// The thread is back where it resumed this coroutine.
    fn leave(&self) {
        let moment = now();
        let mut inside = self.shared.inside.borrow_mut();
        inside.pop();
        if let Some(thread) = self.shared.thread.get() {
            thread.end(moment);
        }
        if let Some(outer) = inside.last() {
            outer.lane.end(moment);
        }
    }

    /// It gives way: its turn ends, and until the next it is at something else, which for a wait may be over already.
    pub fn gives_way(&self, activity: Activity, label: &str) {
        self.lane.end(now());
        self.lane.becomes(activity, label);
        self.due.set(self.due.get().map(|due| due.max(now())));
    }

    /// A wait ends when what it waits for is there; from then on it was ready.
    fn ends_waiting(&self, moment: u64) {
        match self.due.take() {
            Some(due) if due < moment => {
                self.lane.leave(due);
                self.lane.begin(due, Activity::Ready, "could go on");
                self.lane.end(moment);
            }
            _ => self.lane.leave(moment),
        }
    }

    fn over(&self, inner: Inner) -> Turn {
        self.lane.end(now());
        self.shared.stacks.set(self.shared.stacks.get() - 1);
        drop(inner);
        Turn::Done
    }

    fn panicked(&self, says: &str) {
        self.lane.mark(&format!("panicked: {says}"));
        self.shared.fault(Error::Panicked { lane: self.lane.name().to_owned(), says: says.to_owned() });
    }

    /// Unwinds the stack of a coroutine that is not done: what lies on it is dropped, the innermost first.
    pub fn dismiss(&self) {
        let Some(mut inner) = self.inner.take() else { return };
        self.ends_waiting(now());
        self.lane.mark("dropped");
        // What its destructors say must not go on from here, since a second panic would end the process.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| inner.force_unwind())) {
            self.panicked(&panic_text(payload.as_ref()));
        }
        self.shared.stacks.set(self.shared.stacks.get() - 1);
    }
}
