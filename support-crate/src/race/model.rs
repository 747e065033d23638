//! A model: threads and what they share, as the learner writes them down.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::atomic::Atomic;
use super::cell::{Seen, SharedCell, Value};
use super::mutex::ModelMutex;
use super::world::World;

/// The code of a model; it is run anew for each interleaving.
pub(super) type Body = dyn for<'run> Fn(&Run<'run>);
type Thread<'run> = Pin<Box<dyn Future<Output = ()> + 'run>>;

/// A small program whose interleavings can be [explored](Self::explore), or [played](Self::under) in an order of one's own.
/// Clones share their code.
#[derive(Clone)]
pub struct Model {
    pub(super) title: String,
    pub(super) body: Rc<Body>,
    /// Interleavings that are explored at most.
    pub(super) most: usize,
}

/// A model called `title`. `body` makes what is shared and spawns the threads; it is run once for each interleaving, so it
/// must do the same each time.
///
/// Each thread is a future. It stops before each operation on something shared, and nowhere else; what lies between two of
/// them nobody else can see. So an interleaving is an order of operations.
///
/// ```
/// use timelanes::prelude::*;
/// let race = model("two add one", |run| {
///     let total = run.shared("total", 0);
///     for name in ["ada", "bob"] {
///         run.spawn(name, async move {
///             let seen = total.load().await;
///             total.store(seen + 1).await;
///         });
///     }
///     run.must(move || total.now() == 2, "the total is to be 2");
/// });
/// let all = race.explore()?;
/// assert_eq!((all.explored, all.failed), (6, 4));
/// let lost = race.under("ada bob bob ada")?;
/// assert_eq!(lost.value("total")?, 1);
/// # Ok::<(), Error>(())
/// ```
pub fn model<F>(title: impl Into<String>, body: F) -> Model
where
    F: for<'run> Fn(&Run<'run>) + 'static,
{
    Model { title: title.into(), body: Rc::new(body), most: super::explore::MOST }
}

impl Model {
    /// The same model, of which at most so many interleavings are explored; otherwise a million.
    pub fn at_most(self, interleavings: usize) -> Self {
        Self { most: interleavings, ..self }
    }
}

/// What is asked for in the end, and what is said where it does not hold.
pub(super) struct Must<'run> {
    pub holds: Box<dyn Fn() -> bool + 'run>,
    pub otherwise: &'static str,
}

/// One run of a model, handed to the closure of [`model`].
pub struct Run<'run> {
    pub(super) world: &'run World,
    pub(super) threads: RefCell<Vec<Thread<'run>>>,
    pub(super) musts: RefCell<Vec<Must<'run>>>,
}

impl<'run> Run<'run> {
    pub(super) fn new(world: &'run World) -> Self {
        Self { world, threads: RefCell::default(), musts: RefCell::default() }
    }

    /// Memory called `name` that all threads share, with `value` in it. A whole number or a `bool`.
    pub fn shared<T: Value>(&self, name: &str, value: T) -> SharedCell<'run, T> {
        SharedCell::new(self.world, self.world.new_shared(name, value.number()))
    }

    /// An atomic called `name`, with `value` in it, whose operations name their ordering. At most 16 a model.
    pub fn atomic<T: Value>(&self, name: &str, value: T) -> Atomic<'run, T> {
        Atomic::new(self.world, self.world.new_atomic(name, value.number()))
    }

    /// A mutex called `name`.
    pub fn mutex(&self, name: &str) -> ModelMutex<'run> {
        ModelMutex::new(self.world, self.world.new_mutex(name))
    }

    /// What some thread will have seen; until then it is `value`. Where a model has such, they are what
    /// [outcomes](super::Interleavings::outcomes) are made of.
    pub fn seen<T: Value>(&self, name: &str, value: T) -> Seen<'run, T> {
        Seen::new(self.world, self.world.new_seen(name, value.number()))
    }

    /// A thread called `name`, one word. At most 16 a model.
    pub fn spawn(&self, name: &str, thread: impl Future<Output = ()> + 'run) {
        self.world.new_thread(name);
        self.threads.borrow_mut().push(Box::pin(thread));
    }

    /// Asks for a condition when all threads are done; `otherwise` says what is missing when it does not hold. An
    /// interleaving in which one is missing has failed.
    pub fn must(&self, holds: impl Fn() -> bool + 'run, otherwise: &'static str) {
        self.musts.borrow_mut().push(Must { holds: Box::new(holds), otherwise });
    }
}
