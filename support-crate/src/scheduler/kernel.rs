//! The same jobs under the kernel's own scheduler: each is continued when it arrives, and nobody is stopped.

use super::dispatch::{Dispatcher, really};
use super::schedule::Schedule;
use super::workload::Workload;
use crate::error::Error;
use crate::machine::now;
use crate::record::Failed;

/// The longest time between two looks at the jobs, in nanoseconds.
const LOOK: u64 = 500_000;

/// Lets the kernel schedule the workload.
pub(super) fn schedule(workload: &Workload) -> Result<Schedule, Failed> {
    really(workload, "the kernel".to_owned(), false, |_, dispatcher| release(workload, dispatcher))
}

/// Continues each job when it arrives. The core's own clock goes on by the work that all of them do, and by plain
/// time while none of them wants the core.
fn release(workload: &Workload, dispatcher: &mut Dispatcher) -> Result<(), Error> {
    let crew = dispatcher.crew;
    let mut later: Vec<usize> = (0..workload.jobs.len()).collect();
    later.sort_by_key(|job| std::cmp::Reverse(workload.jobs[*job].arrives));
    let (mut here, mut rested, mut last) = (Vec::<usize>::new(), 0, now());
    loop {
        here.retain(|job| !crew.is_finished(*job));
        let wanted = here.iter().any(|job| !crew.slot(*job).is_in_io());
        let moment = now();
        rested += if wanted { 0 } else { moment - last };
        last = moment;
        let time = rested + (0..crew.len()).map(|job| crew.done(job)).sum::<u64>();
        dispatcher.set(time);
        while let Some(job) = later.pop_if(|job| workload.jobs[*job].arrives <= time) {
            crew.resume(job)?;
            here.push(job);
        }
        let next = later.last().map(|job| workload.jobs[*job].arrives - time);
        if here.is_empty() && next.is_none() {
            return Ok(());
        }
        let left = here.iter().map(|job| crew.left(*job)).sum::<u64>();
        dispatcher.nap(if here.is_empty() { LOOK } else { left.min(LOOK) }.min(next.unwrap_or(LOOK)))?;
        here.iter().try_for_each(|job| crew.has_stopped(*job).map(drop))?;
    }
}
