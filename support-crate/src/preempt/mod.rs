//! Threads that share one core: when the kernel takes it away, from whom, and for whom. Used by lesson 05.
//!
//! | file | holds |
//! |---|---|
//! | `on_core` | who takes part, and what each asks of the kernel: nice value, policy, slice |
//! | `gate` | where all threads wait until the last one is there |
//! | `handover` | when a turn really ended, told by the thread that came next |
//! | `coverage` | whose the core was at every moment: the lane "others", the quota, the covered share |
//!
//! How a thread sees that it was off its core stands in `machine/gaps.rs` and `record/step.rs`; what can be asked of the
//! recording (slices, shares, time in the run queue) in `timeline/slices.rs`.

mod coverage;
mod gate;
mod handover;
mod on_core;

pub use coverage::{Coverage, coverage};
pub use on_core::THREADS;
pub(crate) use on_core::{OnCore, Part};
