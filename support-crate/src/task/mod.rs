//! Futures on Tokio, recorded poll by poll (lessons 12 and 13).
//!
//! | file | holds |
//! |---|---|
//! | `run` | [`record_tasks`]: a runtime on a thread of its own, from its start to its end |
//! | `runtime` | [`CurrentThread`] or [`Workers`], and which thread of it is what |
//! | `tasks` | what the learner's code calls: [`Tasks::record`], [`Tasks::lane`] |
//! | `arrange` | the lanes in reading order |
//! | `stuck` | who keeps a run from ending |
//! | `server` | [`delay_server`]: a server on loopback that takes its time |
//! | `order` | what its guests may write |
//! | `ask` | [`ask`]: a guest |
//! | [`crowd`] | what thousands of tasks, connections and threads cost while they wait |
//! | `polls` | questions: polls, wakes, threads, outcomes |
//! | [`findings`](mod@findings) | what is wrong with a run, and whose poll it was |
//! | `lateness` | how late a heartbeat was |
//! | `pace` | [`sleep`] and [`burn`], in the units of a story |

mod arrange;
mod ask;
pub mod crowd;
pub mod findings;
mod lateness;
mod order;
mod pace;
mod polls;
mod run;
mod runtime;
mod server;
mod stuck;
mod tasks;

pub use ask::ask;
pub use findings::{Findings, findings, findings_over};
pub use pace::{burn, sleep};
pub use polls::{Outcome, Poll};
pub use run::{record_tasks, record_tasks_within};
pub use runtime::Runtime::{self, CurrentThread, Workers};
pub use server::{DelayServer, Served, delay_server};
pub use tasks::Tasks;
