//! Threads that share one core, and see for themselves when the kernel takes it away. Used by lesson 05.
//!
//! | file | holds |
//! |---|---|
//! | `one_core` | [`one_core`]: threads kept on one core, begun together, each with a nice value, a policy, a slice |
//! | `cpu` | [`Cpu`]: what a thread's closure calls, a step of work at a time |
//! | `gate` | where all threads wait until the last one is there |
//! | `core_run` | [`CoreRun`]: what was measured: slices, shares, waits; a figure and a guess beside it |
//! | `handover` | when a turn really ended, told by the thread that came next |
//! | `coverage` | whose the core was at every moment: the lane "others", the quota, the covered share |
//! | `table` | a row for each thread |
//! | `per_core` | [`per_core`]: any recording turned round, a lane for each core |
//!
//! How a thread sees that it was off its core stands in `machine/gaps.rs`, since the recorder's work loop uses it too.
//!
//! The times are as exact as the looks at the clock are dense. A closure that calls [`Cpu::step`] in a tight loop sees
//! itself come back within about 1 µs, and leave 5 to 20 µs early, which `handover` mends; work of its own between two
//! steps adds its length to both.

mod core_run;
mod coverage;
mod cpu;
mod gate;
mod handover;
mod one_core;
mod per_core;
mod table;

pub use core_run::{CoreRun, ThreadOnCore};
pub use coverage::Coverage;
pub use cpu::Cpu;
pub use one_core::{Core, OneCore, Spawned, THREADS, one_core};
pub use per_core::per_core;
pub use table::Table;
