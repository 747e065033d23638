//! A task that was pending when nobody held its waker any more: no timer, no channel, no socket would ever have woken it.

use super::{Finding, Warn, at};
use crate::timeline::{Lane, MarkKind, Timeline};

/// "was lost".
pub struct WasLost;

impl Warn for WasLost {
    fn name(&self) -> &'static str {
        "was lost"
    }

    fn check(&self, run: &Timeline) -> Vec<Finding> {
        let finding = |lane: &Lane| {
            let since = lane.polls().last().map_or_else(|| run.start(), |poll| poll.end);
            Finding {
                warning: self.name(),
                task: lane.name.clone(),
                victims: Vec::new(),
                says: format!(
                    "was pending {}, and nobody held its waker: nothing would have woken it",
                    at(run, since)
                ),
            }
        };
        run.lanes.iter().filter(|lane| lane.marked(MarkKind::Lost).is_some()).map(finding).collect()
    }
}
