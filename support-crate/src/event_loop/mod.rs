//! An event loop of one's own, recorded (lesson 11).
//!
//! | file | holds |
//! |---|---|
//! | `run` | [`record_loop`]: a loop on a thread of its own, with a time limit; what a learner's loop calls to be recorded |
//! | `outcome` | how it came out: what was recorded, what went wrong |
//! | `watch` | a task being watched: polled, pending, woken, and who holds its waker |
//! | `stall` | what is said of a loop that gets no further |
//! | `queue` | the lesson's loop, first step: a waker that puts its task into a ready queue |
//! | `timer` | second step: sleepers by deadline; the loop parks until the earliest |
//! | `socket` | third step: sockets that are tried again once the system says they are ready |
//! | `turn` | all three in one loop |
//! | `load` | the same clients against several servers, in turns |
//!
//! The lesson builds `queue`, `timer`, `socket` and `turn` in its own cells, in the same words; a test compares them.

mod load;
mod outcome;
mod queue;
mod run;
mod socket;
mod stall;
mod timer;
mod turn;
mod watch;

pub use load::{Server, beside_tokio, serve_in_turns};
pub use outcome::{Outcome, Watched};
pub use queue::{Queue, Task, poll_ready, run_loop, spawn};
pub use run::{LIMIT, LoopRun, record_loop, watch_loop, watch_loop_within};
pub use socket::{Io, Socket};
pub use timer::{Sleep, Timers};
pub use turn::{Loop, incoming, run_sockets};
pub use watch::Watching;
