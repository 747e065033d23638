//! A task that did all it had to do in one poll, and a long one: it ran like a thread, on somebody else's.

use super::{Finding, Warn, at};
use crate::timeline::{Lane, Poll, Timeline};

/// "never yielded".
pub struct NeverYielded {
    /// From how many nanoseconds on a poll is long.
    pub long: u64,
}

impl Warn for NeverYielded {
    fn name(&self) -> &'static str {
        "never yielded"
    }

    fn check(&self, run: &Timeline) -> Vec<Finding> {
        let only = |lane: &Lane| {
            let mut polls = lane.polls();
            let first = polls.next()?;
            (polls.next().is_none() && first.length() >= self.long).then(|| (lane.name.clone(), first))
        };
        let mut found: Vec<(String, Poll)> = run.lanes.iter().filter_map(only).collect();
        found.sort_by_key(|(_, poll)| std::cmp::Reverse(poll.length()));
        let finding = |(task, poll): (String, Poll)| Finding {
            warning: self.name(),
            task,
            victims: Vec::new(),
            says: format!("its only poll, {}, took {}", at(run, poll.start), run.unit.write(poll.length())),
        };
        found.into_iter().map(finding).collect()
    }
}
