//! How a run is recorded: a [`Recorder`] passed as a value, a [`LaneWriter`] for each lane, a buffer of its own
//! behind each writer, and one clock for all.
//!
//! | file | holds |
//! |---|---|
//! | `event` | what is written down at one moment, in 16 bytes |
//! | `buffer` | where one lane's events lie: one thread writes, any may read, nobody locks |
//! | `arena` | the same in memory that several processes share |
//! | `writer` | what a learner's code calls: spans, marks, arrows |
//! | `work` | CPU work that sees itself being taken off the core |
//! | `future` | a future, poll by poll |
//! | `wakes` | who woke a future, and when |
//! | `thread_lane` | the lane of a thread that polls futures |
//! | `process` | the lane of a process, written by it and by its parent |
//! | `recorder` | from buffers to a [`Timeline`](crate::timeline::Timeline) |
//! | `run` | [`record`]: threads that are joined, panics and faults reported, a time limit |

mod arena;
mod buffer;
mod event;
mod future;
mod process;
mod recorder;
mod run;
pub(crate) mod thread_lane;
mod wakes;
pub(crate) mod watchdog;
mod work;
mod writer;

pub(crate) use arena::cut;
pub use future::Recorded;
pub(crate) use future::{CANCELLED, LOST, PANICKED, PENDING, POLL};
pub use recorder::Recorder;
pub(crate) use recorder::locked;
pub use run::{Handle, LIMIT, Run, record, record_within};
pub(crate) use run::{caught, panic_text};
pub use thread_lane::ThreadLane;
pub(crate) use work::{OFF, burn};
pub use writer::{Handoff, LaneWriter, SpanGuard};
