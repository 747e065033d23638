//! Runs, records and plots the examples of the timelanes course.
//!
//! Data goes one way: a run is recorded into a [`timeline`], which answers questions and is drawn.
//!
//! | room | holds |
//! |---|---|
//! | [`record`](mod@record) | how a run is recorded: a recorder passed as a value, a writer for each lane |
//! | [`timeline`] | what was recorded: lanes of spans, queries, a table, a trace for Perfetto |
//! | [`figure`] | how it is drawn: timelines, comparisons, bars, lines, histograms |
//! | [`machine`] | what this computer is: cores, quota, clocks |
//! | [`preempt`] | threads that share one core, and see when the kernel takes it away |
//! | [`process`] | children of this process: copies of it and other programs, shared memory, pipes |
//! | [`thread`] | what a thread costs, in time and memory |
//! | [`scheduler`] | processes on one core, stopped and continued by a policy of one's own |
//! | [`coroutine`] | coroutines with a stack of their own, recorded as lanes |
//! | [`event_loop`] | an event loop of one's own, with its polls, wakes and parking recorded |
//! | [`task`] | futures on Tokio: polls, wakes, workers, outcomes; a server that takes its time; findings |
//! | [`check`] | exercises judged from what was measured, hints, completed lessons |
//!
//! Lessons bring all of it in with `use timelanes::prelude::*;`.

// Elsewhere no child process begins, and what records them has no caller.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports))]

pub mod check;
pub mod coroutine;
mod display;
pub mod error;
pub mod event_loop;
pub mod figure;
pub mod machine;
pub mod preempt;
pub mod process;
pub mod record;
pub mod scheduler;
pub mod task;
pub mod thread;
pub mod timeline;

/// What every lesson's set-up cell brings in.
pub mod prelude {
    pub use crate::check::{complete, course, exercise};
    pub use crate::coroutine::{self, Coroutine, Turn, Yielder, coroutines};
    pub use crate::error::Error;
    pub use crate::event_loop::{LoopRun, beside_tokio, record_loop, watch_loop};
    pub use crate::figure::{Figure, bars, compare, compare_by_core, histogram, lines};
    pub use crate::machine::{KernelPolicy, Machine};
    pub use crate::preempt::{Cpu, OneCore, one_core, per_core};
    pub use crate::process::{Ending, Family, Shared, pipe, record_processes, record_program};
    pub use crate::record::{LaneWriter, Recorder, Run, ThreadLane, record};
    pub use crate::task::{
        CurrentThread, Tasks, Workers, ask, burn, delay_server, findings, findings_over, record_tasks,
        record_tasks_within, sleep,
    };
    pub use crate::timeline::{Activity, Lane, MILLISECOND, MINUTE, SECOND, Span, Time, Timeline};
    // Lessons name these crates; the set-up cell stays the same in all of them.
    pub use Activity::{Blocked, Ready, Running, Waiting};
    pub use {futures, mio, tokio};
}
