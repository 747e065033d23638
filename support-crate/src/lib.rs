//! Runs, records and plots the examples of the timelanes course.
//!
//! Data goes one way: a run is recorded into a [`timeline`], which answers questions and is drawn.
//!
//! | room | holds |
//! |---|---|
//! | [`record`](mod@record) | how a run is recorded: one frame for every kind of run, a writer for each lane |
//! | [`timeline`] | what was recorded: lanes of spans, marks, arrows, counters, locks; what it can be asked; traces |
//! | [`figure`] | how it is drawn: timelines, comparisons, bars, lines, histograms |
//! | [`machine`] | what this computer is: cores, quota, limits, clocks |
//! | [`thread`] | runs whose lanes are threads |
//! | [`preempt`] | threads that share one core: when the kernel takes it away, and for whom |
//! | [`process`] | runs whose lanes are processes: forks, other programs, shared memory, pipes |
//! | [`scheduler`] | processes on one core, stopped and continued by a policy of one's own |
//! | [`race`] | every interleaving of a small model: explored, scheduled by hand, replayed |
//! | [`queue`] | a task queue that survives a crash, on a disk or a server, and what happened to each task |
//! | [`lock`] | locks whose waiting and holding are recorded |
//! | [`channel`] | channels whose queue, and who waits at it, are recorded |
//! | [`coroutine`] | runs whose lanes are coroutines with a stack of their own |
//! | [`event_loop`] | runs whose lanes are futures on an event loop of one's own |
//! | [`task`] | runs whose lanes are futures on Tokio; a server that takes its time |
//! | [`parallel`] | work divided over cores: a pool that steals work, rayon, speed-up and Amdahl's law |
//! | [`peer`] | programs and runtimes that are not ours, doing one job: each measured alike, as lanes of one timeline |
//! | [`cost`](mod@cost) | what a thread, a process, a coroutine costs |
//! | [`choose`] | the same jobs by each of several tools, measured; a server under load |
//! | [`check`] | exercises judged from what was measured, hints, completed lessons |
//! | [`time`], [`table`], [`error`] | the ground: durations, tables, what went wrong |
//!
//! Each kind of run is a word after [`record(title)`](record::record): `.threads(…)`, `.processes(…)`,
//! `.coroutines(…)`, `.event_loop(…)`, `.tasks(…)`, `.pool(…)`, `.rayon(…)`; each gives a [`Timeline`](timeline::Timeline).
//!
//! | to add | begin in |
//! |---|---|
//! | a kind of event | `record/event.rs`, read in `record/read.rs` |
//! | an activity, a kind of lane, mark or arrow | `timeline/kind.rs` |
//! | an activity's colour | `figure/palette.rs` |
//! | a kind of run | `record/frame.rs`; `thread/run.rs` is the shortest example |
//! | a question to a recording | `timeline/`, a file for each subject |
//! | a finding | `timeline/findings/`, a file for each |
//! | a scheduling policy | `scheduler/policy.rs`; the lesson's own stand in its cells |
//! | a limit of this machine | `machine/limits.rs` |
//!
//! Lessons bring all of it in with `use timelanes::prelude::*;`.

// Elsewhere no child process begins, and what records them has no caller.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports))]

pub mod channel;
pub mod check;
pub mod choose;
pub mod coroutine;
pub mod cost;
mod display;
pub mod error;
pub mod event_loop;
pub mod figure;
pub mod lock;
pub mod machine;
pub mod parallel;
pub mod peer;
pub mod preempt;
pub mod process;
pub mod queue;
pub mod race;
pub mod record;
pub mod scheduler;
pub mod table;
pub mod task;
pub mod thread;
pub mod time;
pub mod timeline;

/// What every lesson's set-up cell brings in.
pub mod prelude {
    pub use crate::check::{complete, course, exercise};
    pub use crate::choose::{self, compute, fetch, fetch_async};
    pub use crate::coroutine::{self, Coroutine, Coroutines, Turn, Yielder};
    pub use crate::cost;
    pub use crate::error::Error;
    pub use crate::event_loop::{EventLoop, beside_tokio};
    pub use crate::figure::{Figure, bars, compare, compare_by_core, histogram, lines};
    pub use crate::machine::{KernelPolicy, Machine};
    pub use crate::parallel::{Amdahl, Pool, Rayon, SpeedUp, Sweep, speed_up, sweep};
    pub use crate::peer::{self, Errands, Peers};
    pub use crate::process::{Ending, Processes, Shared, pipe};
    pub use crate::queue::{Task, TaskQueue, TaskState};
    pub use crate::race::{Atomic, Interleavings, Model, ModelMutex, Played, SharedCell, model};
    pub use crate::record::{Failed, Kept, LaneWriter, Recorded, Recorder, ThreadLane, record};
    pub use crate::scheduler::{Decision, Job, Policy, Workload, policies};
    pub use crate::task::{CurrentThread, Tasks, Workers, ask, burn, delay_server, sleep, timeout};
    pub use crate::thread::Threads;
    pub use crate::time::{MILLISECOND, MINUTE, SECOND, Time};
    pub use crate::timeline::{
        Activity, Lane, LaneKind, MarkKind, Outcome, Span, Timeline, findings, findings_over, per_core,
    };
    // Lessons name these crates; the set-up cell stays the same in all of them.
    pub use Activity::{Blocked, Ready, Running, Waiting};
    pub use {futures, mio, rayon, tokio};
}
