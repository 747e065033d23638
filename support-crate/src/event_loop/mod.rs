//! An event loop of one's own, recorded (lessons 11 and 12).
//!
//! | file | holds |
//! |---|---|
//! | `run` | [`Recording::event_loop`](crate::record::Recording::event_loop): a loop on a thread of its own; what a learner's loop calls to be recorded |
//! | `open` | the tasks of a run that are not done, each recorded in a lane of its own |
//! | `stall` | what is said of a loop that gets no further |
//! | `timer` | sleepers and their wakers; the loop parks until the first of them |
//! | `queue` | a waker that puts its task into the ready queue |
//! | `turn` | the loop: timers, sockets, the ready queue, on one thread |
//! | `bell` | a wake from another thread ends the loop's park |
//! | `socket` | sockets that are tried again once the system says they are ready |
//! | `serve` | somebody who accepts, connections, pauses: what a server needs beside its loop |
//! | `load` | the same clients against several servers, in turns |
//!
//! Lesson 11 has `timer` in its own cells, and lesson 12 shows `queue` and `turn`, in the same words; a test compares them.

mod bell;
mod load;
mod open;
mod queue;
mod run;
mod serve;
mod socket;
mod stall;
mod timer;
mod turn;

pub use bell::Bell;
pub use load::{Server, beside_tokio, serve_in_turns};
pub use open::LoopTask;
pub use queue::{Queue, Task, spawn};
pub use run::{EventLoop, MayFail};
pub use serve::Client;
pub use socket::{Socket, Sockets};
pub use timer::{Sleep, Timers};
pub use turn::{Loop, on_loop, run_loop};
