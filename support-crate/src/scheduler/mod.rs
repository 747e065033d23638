//! A scheduler of one's own: real child processes on one core, stopped and continued at time slices by a policy.
//!
//! Lesson 06 is made of it. A [`Policy`] answers one question, who gets the core next and for how long; everything
//! else is here. The same policy is asked twice: for real processes, and on paper in virtual time, by one and the
//! same loop, so that every figure can show how far reality is from the model. What is measured is wall time.
//!
//! | file | holds |
//! |---|---|
//! | `policy` | the question and its answer: [`Policy`], [`Job`], [`Decision`] |
//! | `workload` | jobs that arrive over time, and wait for I/O in the middle of their work: [`Workload`] |
//! | `drive` | the loop: a ready queue, arrivals, and what a policy may not do |
//! | `paper` | the loop's virtual time |
//! | `dispatch` | the loop's real time: SIGCONT, a slice, SIGSTOP |
//! | `job_process` | what runs in a job's process: counted work, I/O, and its own record of when it had the core |
//! | `crew` | the jobs as processes |
//! | `adviser` | the policy in a process of its own, which can be ended whatever it does |
//! | `kernel` | the same jobs under the kernel's own scheduler |
//! | `place` | who is on which core |
//! | `history` | a real run, from its recording to a timeline of jobs |
//! | `schedule`, `lanes`, `table` | what came of it: measures, a timeline, a table |

mod drive;
mod lanes;
mod paper;
mod policy;
mod schedule;
mod table;
mod workload;

#[cfg(target_os = "linux")]
mod adviser;
#[cfg(target_os = "linux")]
mod crew;
#[cfg(target_os = "linux")]
mod dispatch;
#[cfg(target_os = "linux")]
mod history;
#[cfg(target_os = "linux")]
mod job_process;
#[cfg(target_os = "linux")]
mod kernel;
#[cfg(target_os = "linux")]
mod place;

pub use policy::{Decision, Job, Policy};
pub use schedule::{Measured, Schedule, jain};
pub use table::policies;
pub use workload::{JOBS, WORK, Workload};
