//! Children of this process: the learner's own closure in a copy of the process, or another program, each with a
//! lane. Lesson 03 is about them; lesson 04 ends one while its threads still run; lesson 06 schedules them.
//!
//! | file | holds |
//! |---|---|
//! | `run` | [`Recording::processes`](crate::record::Recording::processes), [`program`](crate::record::Recording::program): children from beginning to end |
//! | `child` | [`Child`]: wait, signal, stop, continue, kill; CPU time; what it printed |
//! | `owned` | the child itself, owned: killed and reaped at the latest when it is dropped |
//! | `handle` | the child as the kernel knows it, so that nothing is done to another one of its number |
//! | `ending` | how a process ended |
//! | `isolated` | [`Recording::isolated`](crate::record::Recording::isolated): a run in a process of its own, which may hang |
//! | `stuck` | the threads of a run that never ended |
//! | `fork` | the copy itself, and what the child does before and after the learner's code |
//! | `others` | the threads that stand in the way of a fork, and where they come from |
//! | `program` | another program as a lane |
//! | `measured` | a program, or a copy of this process, run to its end and measured |
//! | `orphans` | what a measured process started and left behind |
//! | `usage` | what a process used, by the kernel's count |
//! | `output` | where a child's standard output goes |
//! | `alarm` | the time limit for a parent that is stuck in the learner's code |
//! | `pipe` | messages from one process to another, with an arrow each |
//! | `shared` | memory that is shared on purpose |
//!
//! Nothing stays behind: children die with their parent (`PR_SET_PDEATHSIG`), when the run is over, and when its
//! time is up. All of it needs Linux; elsewhere a run fails and says so.

#[cfg(target_os = "linux")]
mod alarm;
mod child;
mod ending;
#[cfg(target_os = "linux")]
mod fork;
#[cfg(target_os = "linux")]
mod handle;
mod isolated;
#[cfg(target_os = "linux")]
mod measured;
#[cfg(target_os = "linux")]
mod orphans;
#[cfg(target_os = "linux")]
mod others;
#[cfg(target_os = "linux")]
mod output;
#[cfg(target_os = "linux")]
mod owned;
mod pipe;
#[cfg(target_os = "linux")]
mod program;
mod run;
mod shared;
mod stuck;
mod usage;

pub use crate::machine::Shareable;
pub use child::Child;
pub use ending::Ending;
#[cfg(target_os = "linux")]
pub(crate) use fork::{exit, fork_quietly, no_further};
#[cfg(target_os = "linux")]
pub(crate) use measured::{Measured, Measuring};
#[cfg(target_os = "linux")]
pub(crate) use others::alone;
pub use pipe::{Receiver, Sender, pipe};
pub use run::{PROCESSES, Processes};
pub use shared::Shared;
pub(crate) use stuck::stuck;
pub use usage::Usage;

/// What a child printed, line by line, without the lines beyond what a cell can show.
fn said(child: &Child) -> Vec<String> {
    const LINES: usize = 24;
    #[cfg(target_os = "linux")]
    let beyond = child.process.as_ref().map_or(0, |process| process.output().beyond);
    #[cfg(not(target_os = "linux"))]
    let beyond = 0_u64;
    let text = child.output();
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
