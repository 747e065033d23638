//! One coroutine between two turns: its stack, its lane, what it waits for.

use std::cell::{Cell, OnceCell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use corosensei::CoroutineResult;

use super::handle::Turn;
use crate::error::Error;
use crate::machine::{Limit, now};
use crate::record::stop::{is_stop, panic_text, stop};
use crate::record::watchdog::end_the_cells;
use crate::record::{LaneWriter, Recorder};
use crate::timeline::{Activity, MarkKind};

/// What the span of a turn is called; what the coroutine did in it lies inside.
const TURN: &str = "turn";
/// Code that catches what unwinds its stack, and goes on, gets so long to come to an end; nanoseconds.
const PATIENCE: u64 = 1_000_000_000;

/// A coroutine that yields why it gave way.
pub(super) type Inner = corosensei::Coroutine<(), Turn, ()>;

/// What the coroutines of one run share.
pub(super) struct Shared {
    pub recorder: Recorder,
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
    pub fn new(recorder: Recorder) -> Rc<Self> {
        Rc::new(Self {
            recorder,
            thread: OnceCell::new(),
            inside: RefCell::default(),
            stacks: Cell::new(0),
            most: OnceCell::new(),
        })
    }

    /// Ends the run because of `fault`, from however deep inside it.
    pub fn stop_because(&self, fault: Error) -> ! {
        self.recorder.fault(fault);
        stop()
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
    /// Since when its stack is being unwound, in nanoseconds of the shared clock.
    leaving: Cell<Option<u64>>,
    /// Whether its run is over too.
    pub dismissed: Cell<bool>,
}

impl Slot {
    pub fn new(lane: LaneWriter, shared: Rc<Shared>) -> Self {
        lane.becomes(Activity::Ready, "not begun");
        Self {
            lane,
            shared,
            inner: RefCell::default(),
            due: Cell::new(None),
            leaving: Cell::new(None),
            dismissed: Cell::new(false),
        }
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
        self.lane.mark_of(MarkKind::Panicked, says);
        self.shared
            .recorder
            .fault(Error::Panicked { lane: self.lane.name().to_owned(), says: says.to_owned() });
    }

    /// Unwinds the stack of a coroutine that is not done: what lies on it is dropped, the innermost first.
    pub fn dismiss(&self) {
        let Some(mut inner) = self.inner.take() else { return };
        let moment = now();
        self.ends_waiting(moment);
        self.leaving.set(Some(moment));
        self.lane.mark_of(MarkKind::Dropped, MarkKind::Dropped.name());
        // What its destructors say must not go on from here, since a second panic would end the process.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| inner.force_unwind())) {
            self.panicked(&panic_text(payload.as_ref()));
        }
        self.shared.stacks.set(self.shared.stacks.get() - 1);
    }

    /// Whether its stack is being unwound, and its code gives way nonetheless: then it caught the unwinding.
    ///
    /// Where it does so for too long, the process ends here. The stack cannot be left as it is: what a frame of it
    /// borrowed from the cell may be in other hands (`std::thread::scope`) until that frame is unwound.
    pub fn is_leaving(&self) -> bool {
        let Some(since) = self.leaving.get() else { return false };
        if now() - since > PATIENCE {
            let fault = Error::NotPossible {
                what: format!("ending \"{}\" half-way", self.lane.name()),
                because: "its code catches what unwinds its stack (a `catch_unwind` in a loop) and goes on time and \
                    again. Let it leave the loop when something was caught"
                    .to_owned(),
            };
            end_the_cells(&fault);
            eprintln!("{fault}");
            std::process::abort();
        }
        true
    }
}
