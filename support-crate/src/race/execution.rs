//! One interleaving from its beginning to its end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

use super::model::{Body, Run};
use super::world::{Next, World};
use crate::record::panic_text;

/// Steps of one interleaving; one with more does not seem to end.
pub(super) const STEPS: usize = 500;

/// Who goes next, and how far back it reads: 0 is the newest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pick {
    pub thread: usize,
    pub back: usize,
}

/// How an interleaving ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Over {
    /// Everybody is done, and nothing is missing.
    Done,
    /// Everybody is done, and this is missing.
    Missing(&'static str),
    /// This thread panicked (`None`: the model's own code did).
    Panicked(Option<usize>, String),
    /// Nobody can go on, and not everybody is done.
    Deadlock,
    /// It went on for [`STEPS`] steps.
    Endless,
    /// Whoever picks has had enough, or the model has a fault.
    Stopped,
}

/// Who decides who goes next, and is told what came of it.
pub(super) trait Scheduler {
    /// In `ways[thread]` ways each thread can go on, `sum` in all and at least one. `None` stops the interleaving.
    fn pick(&mut self, world: &World, ways: &[usize], sum: usize) -> Option<Pick>;

    /// The thread is about to do this step.
    fn before(&mut self, _: &World, _: Pick) {}

    /// That was read, or written.
    fn after(&mut self, _: &World, _: Pick, _answer: i64) {}
}

/// Runs `body` and its threads in the order that `scheduler` picks.
pub(super) fn execute(
    world: &World,
    body: &Body,
    scheduler: &mut impl Scheduler,
    ways: &mut Vec<usize>,
) -> Over {
    world.clear();
    let mut began = false;
    let result = catch_unwind(AssertUnwindSafe(|| {
        let run = Run::new(world);
        body(&run);
        began = true;
        steps(&run, scheduler, ways)
    }));
    result.unwrap_or_else(|payload| {
        Over::Panicked(began.then(|| world.running()), panic_text(payload.as_ref()))
    })
}

fn steps(run: &Run<'_>, scheduler: &mut impl Scheduler, ways: &mut Vec<usize>) -> Over {
    let (world, mut threads) = (run.world, run.threads.borrow_mut());
    if threads.is_empty() {
        world.fault("it has no thread: give it some with run.spawn(name, async move { … })");
    }
    let spawned = threads.len();
    let mut context = Context::from_waker(Waker::noop());
    let mut poll = |number: usize| {
        world.set_running(number);
        if threads[number].as_mut().poll(&mut context) == Poll::Pending && !world.is_pending(number) {
            let name = &world.names().threads[number];
            world
                .fault(format!("\"{name}\" awaits something that is no step of a model, and would for ever"));
        }
    };
    // Up to its first operation a thread does nothing that others could see.
    (0..spawned).take_while(|_| !world.has_fault()).for_each(&mut poll);
    for _ in 0..STEPS {
        let Some(sum) = world.ways(ways) else { return Over::Stopped };
        if sum == 0 {
            return judged(run, ways.len());
        }
        let Some(pick) = scheduler.pick(world, ways, sum) else { return Over::Stopped };
        scheduler.before(world, pick);
        let (answer, goes_on) = world.perform(pick.thread, pick.back);
        if goes_on {
            poll(pick.thread);
        }
        scheduler.after(world, pick, answer);
    }
    Over::Endless
}

/// Nobody can go on: because all are done, or because they wait for each other.
fn judged(run: &Run<'_>, threads: usize) -> Over {
    if (0..threads).any(|thread| run.world.next(thread) != Next::Done) {
        return Over::Deadlock;
    }
    let musts = run.musts.borrow();
    let missing = musts.iter().find(|must| !(must.holds)());
    missing.map_or(Over::Done, |must| Over::Missing(must.otherwise))
}
