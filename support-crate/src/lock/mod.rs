//! Locks of a run, recorded: who waits for which, who holds it, and for how long.
//!
//! | file | holds |
//! |---|---|
//! | `mutex` | [`Mutex`]: mutual exclusion, with its blocked and its holding time |
//!
//! Who waits for whom is a question to the timeline: [`Timeline::waits_for`](crate::timeline::Timeline::waits_for).

mod mutex;

pub use mutex::{Guard, Mutex};
