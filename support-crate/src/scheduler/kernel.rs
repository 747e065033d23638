//! The same jobs under the kernel's own scheduler: each is continued when it arrives, and nobody is stopped.

use super::adviser::never;
use super::crew::Crew;
use super::dispatch::{Dispatcher, on_a_thread};
use super::drive::World;
use super::outcome::Outcome;
use super::workload::Workload;
use crate::error::Error;
use crate::machine::now;
use crate::process::record_processes;

/// The longest time between two looks at the jobs, in nanoseconds.
const LOOK: u64 = 500_000;

/// Lets the kernel schedule the workload.
pub(super) fn schedule(workload: &Workload) -> Result<Outcome, Error> {
    let mapping = Crew::mapping(workload)?;
    let mut result = None;
    let recording = record_processes("the kernel", |family| {
        result = Some(Crew::fork(family, workload, &mapping).and_then(|crew| {
            on_a_thread(&crew, |mut dispatcher| {
                release(workload, &mut dispatcher)?;
                dispatcher.history(workload)
            })
        }));
    })?;
    let history = result.unwrap_or_else(|| Err(never()))?;
    Ok(history.outcome(workload, "the kernel".to_owned(), &recording, None))
}

/// Continues each job when it arrives. The core's clock goes on by the work that all of them do, and by plain
/// time while nobody is there.
fn release(workload: &Workload, dispatcher: &mut Dispatcher) -> Result<(), Error> {
    let mut later: Vec<usize> = (0..workload.jobs.len()).collect();
    later.sort_by_key(|job| std::cmp::Reverse(workload.jobs[*job].arrives));
    let (mut here, mut rested, mut from) = (Vec::<usize>::new(), 0, now());
    loop {
        let time = rested + here.iter().map(|job| dispatcher.crew.done(*job)).sum::<u64>();
        dispatcher.set(time);
        while let Some(job) = later.pop_if(|job| workload.jobs[*job].arrives <= time) {
            dispatcher.crew.resume(job)?;
            here.push(job);
        }
        let next = later.last().map(|job| workload.jobs[*job].arrives - time);
        if !here.iter().all(|job| dispatcher.crew.is_finished(*job)) {
            let left = here.iter().map(|job| dispatcher.crew.left(*job)).sum::<u64>();
            dispatcher.nap(left.min(next.unwrap_or(LOOK)).min(LOOK))?;
            here.iter().try_for_each(|job| dispatcher.crew.look(*job).map(drop))?;
            continue;
        }
        dispatcher.history.stints.push((from, now()));
        let Some(next) = next else { return Ok(()) };
        dispatcher.rest_until(time + next)?;
        rested += next;
        from = now();
    }
}
