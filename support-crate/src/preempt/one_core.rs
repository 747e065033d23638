//! [`one_core`]: threads that are kept on one core and begin together.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::core_run::{CoreRun, Seen};
use super::cpu::Cpu;
use super::gate::Gate;
use crate::error::Error;
use crate::machine::{KernelPolicy, Machine, Priority, Throttled, priority};
use crate::record::{LaneWriter, Run, record_within};

/// How long a run on one core may last, unless [`OneCore::within`] says otherwise.
pub const LIMIT: Duration = Duration::from_secs(10);

/// The most threads on one core: with slices of 3 ms each of them would come round every three seconds.
pub const THREADS: usize = 1_000;

type Work<'env> = Box<dyn FnOnce(&mut Cpu<'_>) + Send + 'env>;

/// One thread that is to take part.
struct Job<'env> {
    name: String,
    priority: Priority,
    work: Work<'env>,
}

/// Where and for how long threads share a core; [`one_core`] for short.
#[derive(Debug, Clone)]
pub struct OneCore {
    title: Option<String>,
    core: Option<usize>,
    limit: Duration,
}

/// Runs threads that share one core, and measures what the kernel does with them.
///
/// ```
/// use timelanes::prelude::*;
/// # if cfg!(target_os = "linux") {
/// let run = one_core(|core| {
///     for name in ["ada", "bob", "cem"] {
///         core.spawn(name, |cpu| while cpu.millis() < 10.0 { cpu.step() });
///     }
/// })?;
/// assert_eq!(run.timeline.most_at_once(Running), 1);
/// assert!(run.percent("ada")? > 10.0);
/// # }
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// As for [`OneCore::run`].
pub fn one_core<'env, F>(body: F) -> Result<CoreRun, Error>
where
    F: FnOnce(&Core<'env>),
{
    OneCore::default().run(body)
}

impl Default for OneCore {
    /// The last core that this process may use (interrupts gather on the first), for at most the limit of a run.
    fn default() -> Self {
        Self { title: None, core: None, limit: LIMIT }
    }
}

impl OneCore {
    /// The same on another core.
    pub fn on(mut self, core: usize) -> Self {
        self.core = Some(core);
        self
    }

    /// The same with another time limit.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The same under a title of its own.
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Lets `body` say which threads take part, starts all of them at the same moment, and returns what was measured
    /// once the last is done.
    ///
    /// # Errors
    /// No thread or more than [`THREADS`]; a core that is not there; a nice value, a policy or a slice that the kernel
    /// does not know or this process has no right to (then no thread begins); a panic in `body` or in a thread; the
    /// time limit; a system where a thread cannot be kept on a core or counts no switches.
    pub fn run<'env, F>(self, body: F) -> Result<CoreRun, Error>
    where
        F: FnOnce(&Core<'env>),
    {
        let number = self.core_number()?;
        let core = Core { number, jobs: RefCell::default(), asked: Cell::new(0) };
        let (gate, before) = (Gate::default(), Throttled::so_far());
        let (mut asked, mut seen) = (0, Vec::new());
        let title = self.title.clone().unwrap_or_else(|| format!("threads on core {number}"));
        let recorded = record_within(self.limit, title, |run| {
            body(&core);
            asked = core.asked.get();
            if (1..=THREADS).contains(&asked) {
                seen = take_part(run, &gate, number, core.jobs.into_inner());
            }
        });
        let mut timeline = recorded?;
        count_is_right(asked)?;
        let seen: Vec<Seen> = seen.into_iter().flatten().collect::<Result<_, _>>()?;
        if self.title.is_none() {
            timeline.title = format!("{asked} thread{} on core {number}", if asked == 1 { "" } else { "s" });
        }
        Ok(CoreRun::new(timeline, number, seen, Throttled::so_far().since(before)))
    }

    /// The core to run on, which must be one that this process may use.
    fn core_number(&self) -> Result<usize, Error> {
        if !cfg!(target_os = "linux") {
            let because =
                "this system lets no thread be kept on a core, or counts no switches; Linux does both";
            let what = "watching threads share one core".to_owned();
            return Err(Error::NotPossible { what, because: because.to_owned() });
        }
        let cores = Machine::here().cores;
        let core = self.core.or(cores.last().copied()).unwrap_or(0);
        if !cores.contains(&core) {
            let because = format!("this process may use the cores {cores:?}");
            return Err(Error::NotPossible { what: format!("running on core {core}"), because });
        }
        Ok(core)
    }
}

fn count_is_right(asked: usize) -> Result<(), Error> {
    match asked {
        0 => Err(Error::NotPossible {
            what: "a run without threads".to_owned(),
            because: "core.spawn was not called; one thread is the least".to_owned(),
        }),
        1..=THREADS => Ok(()),
        _ => Err(Error::TooMany {
            what: "threads on one core",
            limit: THREADS,
            because: "each would come round only every few seconds".to_owned(),
        }),
    }
}

/// Starts the threads, lets them go together, and waits for all of them.
fn take_part<'scope>(
    run: &Run<'scope, '_>,
    gate: &'scope Gate,
    core: usize,
    jobs: Vec<Job<'scope>>,
) -> Vec<Option<Result<Seen, Error>>> {
    let (shut, count) = (gate.shut(), jobs.len());
    let threads: Vec<_> = jobs
        .into_iter()
        .map(|job| run.spawn_on(core, job.name.clone(), move |lane| on_the_core(lane, job, gate)))
        .collect();
    shut.open(count);
    threads.into_iter().map(|thread| thread.join()).collect()
}

/// One thread, from its priority to its last look. Only this thread's priority is ever changed.
fn on_the_core(lane: &LaneWriter, job: Job<'_>, gate: &Gate) -> Result<Seen, Error> {
    priority::wake_on_time();
    let asked = job.priority.ask(lane.name());
    if asked.is_err() {
        gate.call_off();
    }
    let opened = gate.pass();
    let nice = asked?;
    let Some(opened) = opened else { return Ok(Seen::default()) };
    let mut cpu = Cpu::begin(lane, opened);
    (job.work)(&mut cpu);
    let (switches, interrupts, steps) = cpu.done();
    Ok(Seen { opened, nice, policy: job.priority.policy, switches, interrupts, steps })
}

/// The core to be shared; handed to the closure of [`one_core`].
pub struct Core<'env> {
    number: usize,
    jobs: RefCell<Vec<Job<'env>>>,
    asked: Cell<usize>,
}

impl<'env> Core<'env> {
    /// The core's number.
    pub fn number(&self) -> usize {
        self.number
    }

    /// A thread that is to share the core. It begins, together with all others, when the closure of the run is
    /// through; what it asks of the kernel can be said until then.
    pub fn spawn<F>(&self, name: impl Into<String>, work: F) -> Spawned<'_, 'env>
    where
        F: FnOnce(&mut Cpu<'_>) + Send + 'env,
    {
        let index = self.asked.replace(self.asked.get().saturating_add(1));
        // Beyond the limit nothing will run, so nothing is kept.
        if index < THREADS {
            let job = Job { name: name.into(), priority: Priority::default(), work: Box::new(work) };
            self.jobs.borrow_mut().push(job);
        }
        Spawned { core: self, index }
    }
}

/// A thread that is to take part: what it asks of the kernel, for itself alone.
pub struct Spawned<'core, 'env> {
    core: &'core Core<'env>,
    index: usize,
}

impl Spawned<'_, '_> {
    /// How nice it is to the others: from 0 (as all begin) to 19 (it gets least). Below 0, down to -20, only with the
    /// right to it.
    pub fn nice(self, nice: i32) -> Self {
        self.ask(|priority| priority.nice = Some(nice))
    }

    /// By which rule the kernel gives it the core.
    pub fn policy(self, policy: KernelPolicy) -> Self {
        self.ask(|priority| priority.policy = policy)
    }

    /// How long it would like to keep the core at a time, from 0.1 to 100 ms. A kernel before Linux 6.12 does not
    /// listen.
    pub fn slice(self, millis: f64) -> Self {
        self.ask(|priority| priority.slice = Some(millis))
    }

    fn ask(self, change: impl FnOnce(&mut Priority)) -> Self {
        if let Some(job) = self.core.jobs.borrow_mut().get_mut(self.index) {
            change(&mut job.priority);
        }
        self
    }
}
