//! Children of this process: the learner's own closure in a copy of the process, or another program, each with a
//! lane. Lesson 03 is about them; lesson 04 ends one while its threads still run; lesson 06 schedules them.
//!
//! | file | holds |
//! |---|---|
//! | `family` | [`record_processes`]: children from beginning to end, and the time limit |
//! | `child` | [`Child`]: wait, signal, stop, continue, kill; CPU time; what it printed |
//! | `owned` | the child itself, owned: killed and reaped at the latest when it is dropped |
//! | `ending` | how a process ended |
//! | `fork` | the copy itself, and what the child does before and after the learner's code |
//! | `program` | another program as a lane |
//! | `output` | where a child's standard output goes |
//! | `alarm` | the time limit for a parent that is stuck in the learner's code |
//! | `pipe` | messages from one process to another, with an arrow each |
//! | `cost` | time and memory of one process, against [a thread's](crate::thread::cost) |
//! | `shared` | memory that is shared on purpose |
//! | `whole_program` | [`record_program`]: a closure as the main thread of a process of its own |
//!
//! Nothing stays behind: children die with their parent (`PR_SET_PDEATHSIG`), when the run is over, and when its
//! time is up. All of it needs Linux; elsewhere a run fails and says so.

#[cfg(target_os = "linux")]
mod alarm;
mod child;
mod cost;
mod ending;
mod family;
#[cfg(target_os = "linux")]
mod fork;
#[cfg(target_os = "linux")]
mod output;
#[cfg(target_os = "linux")]
mod owned;
mod pipe;
#[cfg(target_os = "linux")]
mod program;
mod shared;
mod whole_program;

pub use crate::machine::Shareable;
pub use child::Child;
pub use cost::cost;
pub use ending::Ending;
pub use family::{Family, PROCESSES, record_processes, record_processes_within};
pub use pipe::{Receiver, Sender, pipe};
pub use shared::Shared;
pub use whole_program::record_program;

/// What a child printed, line by line, without the lines beyond what a cell can show.
fn said(child: &Child) -> Vec<String> {
    const LINES: usize = 24;
    #[cfg(target_os = "linux")]
    let (text, beyond) = child.process.as_ref().map_or_else(Default::default, |process| process.output());
    #[cfg(not(target_os = "linux"))]
    let (text, beyond) = (child.output(), 0_u64);
    let shown = |line: &str| line.chars().filter(|letter| !letter.is_control()).take(200).collect::<String>();
    let mut lines: Vec<String> = text.lines().take(LINES).map(shown).collect();
    let hidden = text.lines().count() - lines.len();
    if hidden > 0 || beyond > 0 {
        lines.push(format!(
            "… and {} bytes more",
            beyond + text.lines().skip(LINES).map(|line| line.len() as u64 + 1).sum::<u64>()
        ));
    }
    lines
}
