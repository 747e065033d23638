//! A task that woke itself, again and again: it asks for the next poll instead of waiting for somebody who has news.
//! Tokio's own `yield_now` does not count, since the runtime wakes it, after it has looked at timers and sockets.

use super::{Finding, Warn};
use crate::timeline::{Arrow, ArrowKind, Timeline};

/// As in tokio-console: more than half of its wakes, and not just once or twice.
const FEW: usize = 3;

/// "woke itself".
pub struct WokeItself;

impl Warn for WokeItself {
    fn name(&self) -> &'static str {
        "woke itself"
    }

    fn check(&self, run: &Timeline) -> Vec<Finding> {
        let mut wakes = vec![(0_usize, 0_usize); run.lanes.len()];
        let is_wake = |arrow: &&Arrow| arrow.kind == ArrowKind::Wake && arrow.to.0 < run.lanes.len();
        for arrow in run.arrows.iter().filter(is_wake) {
            let (by_itself, all) = &mut wakes[arrow.to.0];
            *by_itself += usize::from(arrow.from.0 == arrow.to.0);
            *all += 1;
        }
        let mut found: Vec<(usize, usize, usize)> =
            wakes.into_iter().enumerate().map(|(lane, (own, all))| (own, all, lane)).collect();
        found.retain(|(own, all, lane)| {
            *own >= FEW && own * 2 > *all && run.lanes[*lane].polls().next().is_some()
        });
        found.sort_by_key(|(own, ..)| std::cmp::Reverse(*own));
        let finding = |(own, all, lane): (usize, usize, usize)| Finding {
            warning: self.name(),
            task: run.lanes[lane].name.clone(),
            victims: Vec::new(),
            says: format!("{own} of its {all} wakes were its own: it is polled, and has no news"),
        };
        found.into_iter().map(finding).collect()
    }
}
