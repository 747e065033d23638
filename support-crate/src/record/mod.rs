//! How a run is recorded: one frame for every kind of run, a [`Recorder`] passed as a value, a [`LaneWriter`] for each
//! lane, a buffer of its own behind each writer, and one clock for all.
//!
//! | file | holds |
//! |---|---|
//! | `frame` | [`record`]: title, time limit, panics, faults; every kind of run plugs into it in its own room |
//! | `failed` | [`Recorded`]: the timeline, also of a run in which something went wrong |
//! | `stop` | how a run ends a thread that goes on too long |
//! | `at_the_limit` | who is asked then what the run waits for |
//! | `watchdog` | the last resort in a notebook |
//! | `recorder` | the handle by which a run opens lanes |
//! | `writer` | what a learner's code calls: spans, marks |
//! | `arrow`, `hold`, `gauge`, `step` | what else it calls: arrows, locks, counters, CPU work that sees itself preempted |
//! | `future`, `wakes`, `thread_lane` | a future, poll by poll; who woke it; the thread that polls |
//! | `waker`, `watch` | the waker that it hands out; how far it is, asked from outside |
//! | `process` | the lane of a process, written by it and by its parent |
//! | `event` | what is written down at one moment, in 16 bytes |
//! | `labels`, `track`, `buffer` | one lane: one thread writes, any may read, nobody locks |
//! | `sync` | the atomics it is made of, for which loom's can be put |
//! | `arena` | the same in memory that several processes share |
//! | `shared` | what all handles of a recording share |
//! | `read` | from events to a [`Timeline`](crate::timeline::Timeline) |

mod arena;
mod arrow;
mod at_the_limit;
mod buffer;
#[cfg(test)]
mod buffer_tests;
mod event;
mod failed;
mod frame;
mod future;
mod gauge;
mod hold;
mod labels;
#[cfg(doctest)]
mod misuse;
mod process;
mod read;
mod recorder;
mod shared;
mod step;
pub(crate) mod stop;
mod sync;
pub(crate) mod thread_lane;
mod track;
mod waker;
mod wakes;
mod watch;
pub(crate) mod watchdog;
mod writer;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use arena::cut;
pub use arrow::Handoff;
pub(crate) use at_the_limit::AtTheLimit;
pub use failed::{Failed, Kept, Recorded};
pub(crate) use frame::{Frame, GRACE, caught};
pub use frame::{LIMIT, Recording, record};
pub use future::Polled;
pub use gauge::Gauge;
pub(crate) use hold::{Grip, LockId};
pub use recorder::Recorder;
pub(crate) use step::burn;
pub(crate) use stop::panic_text;
pub use thread_lane::ThreadLane;
pub(crate) use track::NOBODY;
pub(crate) use watch::{Step, Watch, Who};
pub use writer::{LaneWriter, SpanGuard};

/// A lock whose data are whole even when a thread panicked beside them.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
