//! What is wrong with a run of tasks, read off its recording: [`findings`], in the manner of the warnings of
//! `tokio-console`, one warning a file (lessons 11 to 14).
//!
//! | warning | is about |
//! |---|---|
//! | `blocked` | a long poll, and the tasks that were held up by it |
//! | `never_yielded` | a task whose only poll was long |
//! | `woke_itself` | a task that asked to be polled again instead of waiting for somebody |
//! | `was_lost` | a pending task whose waker nobody held |

mod blocked;
mod never_yielded;
mod table;
mod was_lost;
mod woke_itself;

pub use blocked::Blocked;
pub use never_yielded::NeverYielded;
pub use was_lost::WasLost;
pub use woke_itself::WokeItself;

use super::Timeline;
use crate::time::{MILLISECOND, Time};

/// A poll longer than this many milliseconds is a long one. Ten to a hundred microseconds between two awaits are the
/// usual rule (Alice Ryhl, "Async: What is blocking?"); a hundred times that is a fault on any machine.
const LONG: f64 = 1.0;

/// One thing that can be wrong with a run.
pub trait Warn {
    /// What it is called: "blocked the loop".
    fn name(&self) -> &'static str;

    /// Whom it is true of in `run`, the worst first.
    fn check(&self, run: &Timeline) -> Vec<Finding>;
}

/// Somebody of whom a warning is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What the warning is [called](Warn::name).
    pub warning: &'static str,
    /// The task it is about.
    pub task: String,
    /// The tasks that were held up, and for how many nanoseconds at the most; those held up longest first.
    pub victims: Vec<(String, u64)>,
    /// What was seen, in words.
    pub says: String,
}

/// What was found in a run; shows itself in a notebook as a table, and prints itself as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    title: String,
    found: Vec<Finding>,
}

/// Everything that is wrong with a run of tasks, with polls over 1 ms as long ones.
///
/// The time of a poll is wall time: where the kernel takes the core away in the middle of one, it counts too.
pub fn findings(run: &Timeline) -> Findings {
    findings_over(LONG * MILLISECOND, run)
}

/// [`findings`] with polls over `long` as long ones; a time that is negative or no number counts as 0.
pub fn findings_over(long: Time, run: &Timeline) -> Findings {
    let long = long.as_duration().unwrap_or_default().as_nanos() as u64;
    let all: [&dyn Warn; 4] = [&Blocked { long }, &NeverYielded { long }, &WokeItself, &WasLost];
    let found = all.into_iter().flat_map(|warning| warning.check(run)).collect();
    Findings { title: run.title.clone(), found }
}

impl Findings {
    /// All of them.
    pub fn all(&self) -> &[Finding] {
        &self.found
    }

    /// Those about one task.
    pub fn about(&self, task: &str) -> impl Iterator<Item = &Finding> {
        self.found.iter().filter(move |finding| finding.task == task)
    }

    /// The tasks that blocked the loop, the worst first.
    pub fn guilty(&self) -> Vec<&str> {
        self.named("blocked the loop")
    }

    /// The tasks that the warning of this name is true of: "blocked the loop", "never yielded", "woke itself", "was
    /// lost".
    pub fn named(&self, warning: &str) -> Vec<&str> {
        let of = self.found.iter().filter(|finding| finding.warning == warning);
        of.map(|finding| finding.task.as_str()).collect()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

/// A moment as the reader of the figure finds it, from the start of the run: "at 12.3 ms".
fn at(run: &Timeline, moment: u64) -> String {
    format!("at {}", run.unit.write(moment.saturating_sub(run.start())))
}
