//! [`Recording::threads`]: threads of the kernel's, each with a lane; on a core of their own choice, or on one that all
//! of them share.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;
use std::thread::{Builder, Scope};

use super::handle::{Begun, Handle};
use crate::channel;
use crate::error::Error;
use crate::lock::{Condvar, Mutex, RwLock};
use crate::machine::Limit;
use crate::preempt::OnCore;
use crate::record::{Failed, Frame, Gauge, LaneWriter, Recorded, Recorder, Recording, caught};
use crate::timeline::LaneKind;

/// So many threads are started without asking the machine first.
const FEW: usize = 64;

/// A body whose type is forgotten. What follows is then compiled once, with this crate, and not in every cell.
type Body<'a, 'env> = Box<dyn for<'scope> FnOnce(&Threads<'scope, 'env>) + 'a>;
/// The same, for what a thread does.
type Work<'scope> = Box<dyn FnOnce(&LaneWriter) + Send + 'scope>;

/// A run whose lanes are threads; handed to the closure of [`Recording::threads`].
pub struct Threads<'scope, 'env: 'scope> {
    pub(super) recorder: Recorder,
    scope: &'scope Scope<'scope, 'env>,
    spawned: Cell<usize>,
    most: OnceCell<Limit>,
    /// Where all threads share a core: which, and what each thread asks of the kernel.
    on_core: Option<Arc<OnCore>>,
}

impl Recording {
    /// Runs `body`, waits for the threads it spawned, and returns what was recorded.
    ///
    /// With [`on_core`](Recording::on_core) all threads share one core and begin together, once `body` is through or
    /// joins the first of them; the timeline then says for each what the kernel's scheduler did with it, and has a lane
    /// for whoever else had the core.
    ///
    /// ```
    /// use timelanes::prelude::*;
    /// # if cfg!(target_os = "linux") {
    /// let last = *Machine::here().cores.last().unwrap();
    /// let run = record("two on one core").on_core(last).threads(|run| {
    ///     for name in ["ada", "bob"] {
    ///         run.spawn(name, |lane| while lane.cpu_time() < 10 * MILLISECOND { lane.step() });
    ///     }
    /// })?;
    /// assert_eq!(run.most_at_once(Running), 1);
    /// assert!(run.share("ada")? > 10.0);
    /// # }
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`Recorder::finish`] says: a panic in `body` or in a thread, a time that nobody can wait for, the time limit,
    /// more threads than the machine has room for. With a shared core also: one that is not there; no thread at all, or
    /// more than [`THREADS`](crate::preempt::THREADS); a nice value, a policy or a slice that the kernel does not know or this
    /// process has no right to (then no thread begins); a system where a thread cannot be kept on a core.
    pub fn threads<'env, F>(self, body: F) -> Recorded
    where
        F: for<'scope> FnOnce(&Threads<'scope, 'env>),
    {
        self.on_threads(Box::new(body))
    }

    fn on_threads(self, body: Body) -> Recorded {
        if self.isolated {
            return self.in_a_child(|frame| within(frame, None, body));
        }
        let on_core =
            self.core.map(OnCore::new).transpose().map_err(|fault| self.fails(fault))?.map(Arc::new);
        let frame = self.frame_with(last_words)?;
        within(&frame, on_core.as_ref(), body);
        let recorded = frame.close();
        match on_core {
            Some(on_core) => on_core.settle(recorded),
            None => recorded,
        }
    }
}

/// The run's threads do not end, and nobody can stop a thread: who they are, and what to do about it.
fn last_words(recorder: &Recorder) -> Failed {
    let who = crate::process::stuck(recorder, std::process::id());
    let says = format!("{who}. With .isolated() before .threads such a run ends, and the variables stay");
    recorder.failed(recorder.shared().stalled(&says))
}

/// Runs `body`, and waits for the threads it spawned.
fn within(frame: &Frame, on_core: Option<&Arc<OnCore>>, body: Body) {
    std::thread::scope(|scope| {
        let shut = on_core.map(|core| core.shut());
        let run = Threads {
            recorder: frame.recorder.clone(),
            scope,
            spawned: Cell::new(0),
            most: OnceCell::new(),
            on_core: on_core.cloned(),
        };
        let whole = frame.caught("the run", || body(&run)).is_some();
        if let Some(shut) = shut {
            shut.let_go(&frame.recorder, whole);
        }
    });
}

impl<'scope> Threads<'scope, '_> {
    /// Opens a lane for something that is no thread of its own: a person, a queue, a step.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.recorder.lane(name)
    }

    /// A lock called `name` that guards `value`; who waits for it and who holds it is recorded.
    pub fn mutex<T>(&self, name: impl Into<String>, value: T) -> Arc<Mutex<T>> {
        Arc::new(Mutex::new(&self.recorder, name.into(), value))
    }

    /// A channel called `name` that holds any number of items: [`std::sync::mpsc::channel`], recorded. How many are queued
    /// becomes a counter of that name.
    pub fn channel<T>(&self, name: impl Into<String>) -> (channel::Sender<T>, channel::Receiver<T>) {
        channel::channel(&self.recorder, name.into(), None)
    }

    /// A channel called `name` that holds at most `bound` items, and makes senders wait when it is full:
    /// [`std::sync::mpsc::sync_channel`], recorded. With 0 sender and receiver meet: a rendezvous.
    ///
    /// Past [`MOST_ITEMS`](channel::MOST_ITEMS) the recording fails with a clear message.
    pub fn sync_channel<T>(
        &self,
        name: impl Into<String>,
        bound: usize,
    ) -> (channel::Sender<T>, channel::Receiver<T>) {
        channel::channel(&self.recorder, name.into(), Some(bound))
    }

    /// A read-write lock called `name` that guards `value`; who waits for it and who holds it is recorded.
    pub fn rwlock<T>(&self, name: impl Into<String>, value: T) -> Arc<RwLock<T>> {
        Arc::new(RwLock::new(&self.recorder, name.into(), value))
    }

    /// A condition variable called after what is waited for; who waits and who notifies is recorded.
    pub fn condvar(&self, name: impl Into<String>) -> Arc<Condvar> {
        Arc::new(Condvar::new(name.into()))
    }

    /// A number that the run changes, counted in `unit`: `run.counter("queue", "messages")`.
    pub fn counter(&self, name: impl Into<String>, unit: impl Into<String>) -> Gauge {
        self.recorder.counter(name, unit)
    }

    /// Starts a real thread with a lane of its own. The run waits for it at its end; [`Handle::join`] waits earlier.
    ///
    /// Past [half of what the machine has room for](Limit::of_threads), or where the system gives no further one, `body`
    /// does not run and the recording fails with a clear message.
    pub fn spawn<T, F>(&self, name: impl Into<String>, body: F) -> Handle<'scope, T>
    where
        F: FnOnce(&LaneWriter) -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let result = Arc::new(std::sync::Mutex::new(None));
        let slot = Arc::clone(&result);
        let begun = self.begin(
            name.into(),
            Box::new(move |lane| {
                let returned = Some(body(lane));
                if let Ok(mut slot) = slot.lock() {
                    *slot = returned;
                }
            }),
        );
        Handle::of(begun, result, self.recorder.clone())
    }

    /// The thread, and what it asks of the kernel; none where it cannot begin, which the recording says.
    fn begin(&self, name: String, work: Work<'scope>) -> Option<Begun<'scope>> {
        let spawned = self.spawned.replace(self.spawned.get() + 1);
        if let Err(fault) = self.room(spawned) {
            self.recorder.fault(fault);
            return None;
        }
        let recorder = self.recorder.clone();
        let lane = recorder.lane_of(&*name, LaneKind::Thread);
        let thread_name = name.replace('\0', " ");
        let part = self.on_core.as_deref().map(OnCore::takes_part);
        let own = part.clone();
        let body = move || {
            let works = || _ = caught(&recorder, &name, || work(&lane));
            let Some(part) = own else { return works() };
            if part.begins(&lane, &recorder) {
                works();
                part.ends(&lane);
            }
        };
        match Builder::new().name(thread_name).spawn_scoped(self.scope, body) {
            Ok(thread) => Some(Begun { thread, part }),
            Err(error) => {
                let because = format!("the system gives no further one ({error})");
                self.recorder.fault(Error::TooMany { what: "threads", limit: spawned, because });
                None
            }
        }
    }

    /// Starts a real thread that stays on one core.
    pub fn spawn_on<T, F>(&self, core: usize, name: impl Into<String>, body: F) -> Handle<'scope, T>
    where
        F: FnOnce(&LaneWriter) -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.spawn(name, move |lane| {
            lane.pin(core);
            body(lane)
        })
    }

    /// Whether there is room for one more than `spawned` threads.
    fn room(&self, spawned: usize) -> Result<(), Error> {
        if self.on_core.is_some() && spawned >= crate::preempt::THREADS {
            let because = "each would come round only every few seconds".to_owned();
            return Err(Error::TooMany {
                what: "threads on one core",
                limit: crate::preempt::THREADS,
                because,
            });
        }
        if spawned >= FEW {
            let most = self.most.get_or_init(Limit::of_threads);
            if spawned >= most.count {
                return Err(Error::TooMany {
                    what: "threads",
                    limit: spawned,
                    because: most.because.clone(),
                });
            }
        }
        Ok(())
    }
}
