//! Futures on Tokio, recorded poll by poll (lessons 13 and 14).
//!
//! | file | holds |
//! |---|---|
//! | `run` | [`Recording::tasks`](crate::record::Recording::tasks): a runtime on a thread of its own, from its start to its end |
//! | `runtime` | [`CurrentThread`] or [`Workers`], and which thread of it is what |
//! | `tasks` | what the learner's code calls: [`Tasks::task`], [`Tasks::lane`] |
//! | `arrange` | the lanes in reading order |
//! | `quiet` | a panic in a task told in one line |
//! | `stuck` | who keeps a run from ending |
//! | `server` | [`delay_server`]: a server on loopback that takes its time |
//! | `order` | what its guests may write |
//! | `ask` | [`ask`]: a guest |
//! | [`crowd`] | what thousands of tasks, connections and threads cost while they wait |
//! | `mutex` | [`Mutex`]: a standard lock taken inside polls |
//! | `pace` | [`sleep`], [`timeout`] and [`burn`], in the units of a story |
//!
//! Questions to what was recorded (polls, wakes, outcomes, findings, lateness) stand in [`timeline`](crate::timeline).

mod arrange;
mod ask;
pub mod crowd;
mod mutex;
mod order;
mod pace;
mod quiet;
mod run;
mod runtime;
mod server;
mod stuck;
mod tasks;

pub use ask::ask;
pub(crate) use ask::trouble;
pub use mutex::{Guard, Mutex};
pub use pace::{burn, sleep, timeout};
pub(crate) use quiet::Silence;
pub use runtime::Runtime::{self, CurrentThread, Workers};
pub(crate) use server::open_door;
#[cfg(target_os = "linux")]
pub(crate) use server::serve_until_closed;
pub use server::{DelayServer, Served, Taken, delay_server};
pub use tasks::Tasks;
