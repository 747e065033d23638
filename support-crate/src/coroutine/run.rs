//! [`Recording::coroutines`]: a run whose cell resumes its coroutines in an order of its own.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use corosensei::stack::{DefaultStack, Stack};

use super::handle::Coroutine;
use super::slot::{Inner, Shared, Slot};
use super::yielder::Yielder;
use crate::error::Error;
use crate::machine::Limit;
use crate::record::{LaneWriter, Recorded, Recording};
use crate::timeline::LaneKind;

/// The most coroutines of one run, one after another; a figure could not show more.
pub const COROUTINES: usize = 20_000;
/// So many stacks are made without asking the machine first.
const FEW: usize = 64;

/// A body whose type is forgotten. What follows is then compiled once, with this crate, and not in every cell.
type Body<'a, 'env> = Box<dyn FnOnce(&Coroutines<'env>) + 'a>;
/// The same, for what a coroutine does.
type Steps<'env> = Box<dyn FnOnce(&Yielder<'_>) + 'env>;

/// Coroutines that take turns on the calling thread; handed to the closure of [`Recording::coroutines`].
pub struct Coroutines<'env> {
    shared: Rc<Shared>,
    slots: RefCell<Vec<Rc<Slot>>>,
    /// What coroutines borrow lives as long as exactly this, which is longer than the run.
    borrows: PhantomData<&'env mut &'env ()>,
}

impl Recording {
    /// Runs `body` on the calling thread, which makes coroutines and resumes them in any order it likes, and returns
    /// what was recorded: a lane for each, running in its turns, ready while it could go on, waiting while it could not.
    ///
    /// ```
    /// use std::collections::VecDeque;
    /// use timelanes::prelude::*;
    /// let run = record("in turns").coroutines(|run| {
    ///     let twice = |me: &Yielder| {
    ///         me.work("a piece", 1 * MILLISECOND);
    ///         me.pause();
    ///         me.work("another", 1 * MILLISECOND);
    ///     };
    ///     let mut queue: VecDeque<_> = ["ada", "bob"].map(|name| run.spawn(name, twice)).into();
    ///     while let Some(mut next) = queue.pop_front() {
    ///         if next.resume() != Turn::Done {
    ///             queue.push_back(next);
    ///         }
    ///     }
    /// })?;
    /// assert_eq!(run.turns(), ["ada", "bob", "ada", "bob"]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// Coroutines that are not done when `body` ends are dropped, and their stacks unwound.
    ///
    /// # Errors
    /// A panic in `body` or in a coroutine (the others go on), more coroutines than the machine has room for, a resume of
    /// one that is done, a time nobody can wait for, the time limit. A coroutine that never gives way cannot be stopped:
    /// in a notebook the process that runs the cells ends itself after the limit, and says so.
    pub fn coroutines<'env, F>(self, body: F) -> Recorded
    where
        F: FnOnce(&Coroutines<'env>),
    {
        self.on_stacks(Box::new(body))
    }

    fn on_stacks<'env>(self, body: Body<'_, 'env>) -> Recorded {
        let frame = self.frame()?;
        let shared = Shared::new(frame.recorder.clone());
        let run = Coroutines { shared, slots: RefCell::default(), borrows: PhantomData };
        frame.caught("the run", || body(&run));
        run.dismiss();
        drop(run);
        frame.close()
    }
}

impl<'env> Coroutines<'env> {
    /// A coroutine with a lane of its own, which runs `body` on a stack of its own; it begins when it is resumed for the
    /// first time.
    ///
    /// Past [half of what the machine has room for](Limit::of_stacks), or past [`COROUTINES`] in all, the run ends here
    /// and its recording fails with a clear message.
    pub fn spawn<F>(&self, name: impl Into<String>, body: F) -> Coroutine
    where
        F: FnOnce(&Yielder<'_>) + 'env,
    {
        self.begin(name.into(), Box::new(body))
    }

    fn begin(&self, name: String, body: Steps<'env>) -> Coroutine {
        let stack = self.stack();
        let limit = stack.limit().get();
        let slot = Rc::new(Slot::new(
            self.shared.recorder.lane_of(name, LaneKind::Coroutine),
            Rc::clone(&self.shared),
        ));
        let inside = Rc::downgrade(&slot);
        let body = move |yielder: &corosensei::Yielder<_, _>, ()| {
            // Whoever resumed it holds it.
            if let Some(slot) = inside.upgrade() {
                body(&Yielder::new(&slot, yielder, limit));
            }
        };
        // SAFETY: what `body` borrows lives for 'env, which is longer than the run. Before the run returns, `dismiss`
        // ends every coroutine it has not seen done, whoever holds or forgot the handles; `spawn` cannot be called after
        // that, since the run is only lent to the run's closure.
        slot.holds(unsafe { Inner::with_stack_unchecked(stack, body) });
        self.slots.borrow_mut().push(Rc::clone(&slot));
        Coroutine::of(slot)
    }

    /// Opens a lane for something that is no coroutine.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.shared.recorder.lane(name)
    }

    /// From now on the thread that resumes the coroutines has a lane too, with this name: running while it is in one of
    /// them, labelled with whose turn it is; waiting while it [waits](Coroutine::until_ready) for one.
    pub fn thread(&self, name: impl Into<String>) {
        self.shared.thread.get_or_init(|| self.shared.recorder.lane_of(name, LaneKind::Thread));
    }

    /// One more stack, where there is room for it.
    fn stack(&self) -> DefaultStack {
        let (stacks, all) = (self.shared.stacks.get(), self.slots.borrow().len());
        let too_many = |Limit { count: limit, because }| -> ! {
            self.shared.stop_because(Error::TooMany { what: "coroutines", limit, because })
        };
        if all >= COROUTINES {
            too_many(Limit { count: COROUTINES, because: "a figure could not show more".to_owned() });
        }
        if stacks >= FEW {
            let most = self.shared.most.get_or_init(Limit::of_stacks);
            if stacks >= most.count {
                too_many(most.clone());
            }
        }
        DefaultStack::new(super::STACK).unwrap_or_else(|error| {
            let because = format!("the system gives no further stack ({error})");
            too_many(Limit { count: stacks, because })
        })
    }

    /// Ends every coroutine that is left. One that is unwound may drop another's handle, which changes nothing.
    fn dismiss(&self) {
        for slot in self.slots.take() {
            slot.dismiss();
            slot.dismissed.set(true);
        }
    }
}
