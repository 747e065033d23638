//! Races, in a model that can be searched: small threads whose every step on what they share is somebody's choice. Lessons
//! 07 and 08.
//!
//! A [`Model`] is the learner's own code. Its threads are futures that stop before each operation on something shared, so
//! whoever polls them decides who goes next. [`explore`](Model::explore) decides in every possible way;
//! [`under`](Model::under) as a text says: "ada bob ada bob".
//!
//! | file | holds |
//! |---|---|
//! | `model` | [`Model`], [`model`], [`Run`]: threads and what they share, written down in a cell |
//! | `cell`, `atomic`, `mutex` | what can be shared: [`SharedCell`], [`Atomic`], [`ModelMutex`]; [`Seen`] is not shared |
//! | `step` | [`Step`]: the future that stops before an operation; what operations there are |
//! | `world` | the state of one interleaving: who is about to do what, who holds which lock |
//! | `memory` | what each thread may read, by the rules of release and acquire |
//! | `execution` | one interleaving from its beginning to its end |
//! | `explore` | all of them, one after the other, within bounds |
//! | `interleavings` | what came out: [`Interleavings`] |
//! | `schedule` | an order of steps as text |
//! | `litmus` | [`side_by_side`]: two real threads, round by round |
//! | `play`, `drawn` | one interleaving, written down step by step: [`Played`], and its timeline |

mod atomic;
mod cell;
mod drawn;
mod execution;
mod explore;
mod interleavings;
mod litmus;
mod memory;
mod model;
mod mutex;
mod play;
mod schedule;
mod step;
mod world;

pub use atomic::Atomic;
pub use cell::{Seen, SharedCell, Value};
pub use interleavings::Interleavings;
pub use litmus::side_by_side;
pub use model::{Model, Run, model};
pub use mutex::{ModelGuard, ModelMutex};
pub use play::{End, Played};
pub use step::Step;
