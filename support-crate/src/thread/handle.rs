//! A thread of a run: wait for it; say what it asks of the kernel's scheduler.

use std::sync::{Arc, Mutex};
use std::thread::ScopedJoinHandle;

use crate::error::Error;
use crate::machine::{KernelPolicy, Priority};
use crate::preempt::Part;
use crate::record::Recorder;
use crate::time::{MILLISECOND, Time};

/// A thread of a run. Dropping this changes nothing: the run waits for the thread.
pub struct Handle<'scope, T> {
    begun: Option<Begun<'scope>>,
    result: Arc<Mutex<Option<T>>>,
    recorder: Recorder,
}

/// A thread that began, whatever it returns.
pub(super) struct Begun<'scope> {
    pub thread: ScopedJoinHandle<'scope, ()>,
    /// Where threads share a core.
    pub part: Option<Arc<Part>>,
}

impl<'scope, T> Handle<'scope, T> {
    /// `begun`, none when it never began, leaves what it returns in `result`.
    pub(super) fn of(
        begun: Option<Begun<'scope>>,
        result: Arc<Mutex<Option<T>>>,
        recorder: Recorder,
    ) -> Self {
        Self { begun, result, recorder }
    }

    /// Waits for the thread to end; `None` when it panicked or never began, which the recording reports.
    ///
    /// Threads that share a core begin when the run's closure is through, so joining one inside it fails with a clear
    /// message.
    pub fn join(self) -> Option<T> {
        let begun = self.begun?;
        if begun.part.is_some() {
            let what = "joining a thread on a shared core inside the run".to_owned();
            let because =
                "these threads begin together, once the closure is through, and are joined then".to_owned();
            self.recorder.fault(Error::NotPossible { what, because });
            return None;
        }
        begun.thread.join().ok()?;
        self.result.lock().ok()?.take()
    }

    /// How many steps nicer it is to the others on its core than threads are that are not told: from -20 (most of the
    /// core) to 19 (least). Steps, because a notebook may itself have been started with another nice value than 0, and
    /// a thread may go below that with the right to it only. The value it really has stands in
    /// [`Lane::nice`](crate::timeline::Lane::nice); where the steps go past 19, it is 19, and the recording says so.
    pub fn nice(self, nice: i32) -> Self {
        self.asks(|priority| priority.nice = Some(nice))
    }

    /// By which rule the kernel gives it the core.
    pub fn policy(self, policy: KernelPolicy) -> Self {
        self.asks(|priority| priority.policy = policy)
    }

    /// How long it would like to keep the core at a time, from 0.1 to 100 ms. A kernel before Linux 6.12 does not
    /// listen.
    pub fn slice(self, time: Time) -> Self {
        self.asks(|priority| priority.slice = Some(time.in_unit(MILLISECOND).count()))
    }

    fn asks(self, change: impl FnOnce(&mut Priority)) -> Self {
        match &self.begun {
            Some(Begun { part: Some(part), .. }) => part.asks(change),
            Some(_) => {
                let what = "a nice value, a policy or a slice for this thread".to_owned();
                let because = "it began at once; they are for threads that share a core and begin together: \
                               record(title).on_core(core).threads(…)";
                self.recorder.fault(Error::NotPossible { what, because: because.to_owned() });
            }
            None => {}
        }
        self
    }
}
