//! What it costs to go over to somebody else and come back: coroutines, threads on one core, threads on two.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use crate::error::Error;
use crate::machine::{Machine, now, pin};

/// Measurements of each, of which the median is taken.
const ROUNDS: usize = 41;
/// There and back between coroutines, in one measurement: short enough that most are over within a time slice.
const RESUMES: u32 = 2_000;
/// There and back between threads, in one measurement: short enough that many see no third thread.
const HANDOVERS: u32 = 150;

/// What going over and coming back costs, two switches in all: nanoseconds, each the median of one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Switch {
    /// Resume a coroutine, which gives way at once.
    pub coroutines: f64,
    /// Wake a thread that is kept on the same core and park, until that one does the same; `None` where this system
    /// keeps no thread on a core.
    pub threads_on_one_core: Option<f64>,
    /// The same with the other thread on another core; `None` where there is no second one.
    pub threads_on_two_cores: Option<f64>,
}

impl Switch {
    /// What there is of it, with names: for [`bars`](crate::figure::bars).
    pub fn rows(&self) -> Vec<(&'static str, f64)> {
        let threads = [
            ("threads, one core", self.threads_on_one_core),
            ("threads, two cores", self.threads_on_two_cores),
        ];
        let threads = threads.into_iter().filter_map(|(name, time)| Some((name, time?)));
        [("coroutines", self.coroutines)].into_iter().chain(threads).collect()
    }
}

/// Measures going over and coming back, on threads of its own; nothing is recorded meanwhile, since a look at the clock
/// costs more than a switch between coroutines.
///
/// # Errors
/// When the system gives no stack, no thread, or lets none stay on a core that it allows.
pub fn switch() -> Result<Switch, Error> {
    let cores = Machine::here().cores;
    let last = *cores.last().unwrap_or(&0);
    let other = cores.iter().rev().nth(1).copied();
    let kept = cfg!(target_os = "linux");
    let threads = |cores: [usize; 2]| handovers(cores.map(|core| kept.then_some(core)));
    Ok(Switch {
        coroutines: resumes(kept.then_some(last))?,
        threads_on_one_core: if kept { Some(threads([last, last])?) } else { None },
        threads_on_two_cores: other.map(|other| threads([last, other])).transpose()?,
    })
}

/// Nanoseconds for a resume of a coroutine that gives way at once.
fn resumes(core: Option<usize>) -> Result<f64, Error> {
    let measure = move || -> Result<f64, Error> {
        stay_on(core)?;
        let stack = corosensei::stack::DefaultStack::new(crate::coroutine::STACK)
            .map_err(|error| no_more("stack", &error))?;
        let give_way = |yielder: &corosensei::Yielder<(), ()>, ()| loop {
            yielder.suspend(());
        };
        let mut coroutine = corosensei::Coroutine::<(), (), ()>::with_stack(stack, give_way);
        Ok(median(RESUMES, || _ = coroutine.resume(())))
    };
    thread::Builder::new()
        .spawn(measure)
        .map_err(|error| no_more("thread", &error))?
        .join()
        .unwrap_or_else(|_| Err(no_more("measurement", &"the measuring thread panicked")))
}

/// Two threads that hand a turn to each other.
#[derive(Default)]
struct Table {
    /// How often the turn was handed over: even, and it is the first one's turn.
    turn: AtomicU32,
    over: AtomicBool,
}

/// Nanoseconds for handing the turn to a second thread and having it back.
fn handovers(cores: [Option<usize>; 2]) -> Result<f64, Error> {
    let table = Table::default();
    thread::scope(|scope| {
        let measuring = thread::Builder::new().spawn_scoped(scope, || measure(&table, cores));
        let measuring = measuring.map_err(|error| no_more("thread", &error))?;
        measuring.join().unwrap_or_else(|_| Err(no_more("measurement", &"the measuring thread panicked")))
    })
}

/// The first thread: starts the second, and measures.
fn measure(table: &Table, cores: [Option<usize>; 2]) -> Result<f64, Error> {
    let first = thread::current();
    let answer = move || {
        let kept = stay_on(cores[1]);
        // Also where that failed: the first one must not wait for ever.
        while table.wait_for(1) {
            table.hand_over(&first);
        }
        kept
    };
    thread::scope(|scope| {
        // Begun before this one is kept on a core, which it would inherit.
        let other = thread::Builder::new().spawn_scoped(scope, answer);
        let other = other.map_err(|error| no_more("thread", &error))?;
        let handover = || {
            table.hand_over(other.thread());
            table.wait_for(0);
        };
        let measured = stay_on(cores[0]).map(|()| {
            (0..HANDOVERS).for_each(|_| handover());
            median(HANDOVERS, handover)
        });
        table.over.store(true, Ordering::Release);
        other.thread().unpark();
        other.join().unwrap_or(Ok(())).and(measured)
    })
}

impl Table {
    fn hand_over(&self, to: &thread::Thread) {
        self.turn.fetch_add(1, Ordering::Release);
        to.unpark();
    }

    /// Parks until the turn is `whose`; false once all is over.
    fn wait_for(&self, whose: u32) -> bool {
        while self.turn.load(Ordering::Acquire) % 2 != whose {
            if self.over.load(Ordering::Acquire) {
                return false;
            }
            thread::park();
        }
        true
    }
}

fn stay_on(core: Option<usize>) -> Result<(), Error> {
    core.map_or(Ok(()), pin)
}

fn no_more(what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::NotPossible {
        what: format!("one more {what}"),
        because: format!("the system gives none ({error})"),
    }
}

/// Nanoseconds for one of `times`, the median of some rounds.
fn median(times: u32, mut body: impl FnMut()) -> f64 {
    let mut rounds = [0.0; ROUNDS];
    for round in &mut rounds {
        let begin = now();
        (0..times).for_each(|_| body());
        *round = (now() - begin) as f64 / f64::from(times);
    }
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}
