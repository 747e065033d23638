//! One job done by runtimes that are not ours and by those that are: each in a process of its own, measured alike from
//! outside, its lanes on the clock that all share (lesson 17).
//!
//! A peer is a program that finds in its environment where the kitchen is (the [delay server](crate::task::delay_server), in a
//! process of its own), what is to be done, and a file for its lanes. It writes one trace event a line there (the format stands in
//! `timeline/trace/mod.rs`, the helpers in `notebooks/peers/lanes.py` and `lanes.js`); its last line of output is its result.
//!
//! | variable | holds |
//! |---|---|
//! | `TIMELANES_SERVER` | the kitchen's address: `127.0.0.1:4567`; a line `guest1 5` orders a dish of five minutes |
//! | `TIMELANES_ERRANDS` | how many errands there are; they are numbered from 1 |
//! | `TIMELANES_MINUTES` | how long a dish takes, in minutes of the story |
//! | `TIMELANES_PIECES` | how long the CPU part of an errand is, in pieces of a thousand rounds |
//! | `TIMELANES_TRACE` | the file to append events to |
//! | `TIMELANES_CLOCK` | the clock that its times are of: `CLOCK_MONOTONIC` |
//!
//! | file | holds |
//! |---|---|
//! | `errands` | [`Errands`]: the job, and its two parts in Rust |
//! | `peers` | [`Peers`]: those who did it: lanes, table, order |
//! | `outcome` | [`Outcome`]: what became of one of them, and what can go wrong |
//! | `run` | one peer from its beginning to its end; `elsewhere` where there is none |
//! | `in_rust` | runtimes of the course that need more lines than a cell has |
//! | `script` | where scripts, Python and Node.js are; what is missing, and how to get it |
//! | `kitchen` | the server's process |
//! | `events` | the file for a peer's lanes, in memory, so that none is left behind |
//! | `anonymous` | timelines without names, to be told apart |
//!
//! All of it needs Linux; elsewhere each peer's outcome says so.

mod anonymous;
mod errands;
#[cfg(target_os = "linux")]
mod events;
mod in_rust;
#[cfg(target_os = "linux")]
mod kitchen;
mod outcome;
mod peers;
#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod run;
#[cfg(target_os = "linux")]
mod script;

pub use anonymous::anonymous;
pub use errands::Errands;
pub use in_rust::{coroutines, event_loop, rayon_and_threads};
pub use outcome::{Outcome, Trouble};
pub use peers::Peers;
