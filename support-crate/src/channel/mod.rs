//! Channels of a run, recorded: how many items are queued, who waits for room and who for items, from whom each item
//! came, and how much memory the queue holds. Lesson 09.
//!
//! | file | holds |
//! |---|---|
//! | `threads` | `std::sync::mpsc` between the threads of a run |
//! | `sender`, `receiver` | [`Sender`], [`Receiver`]: its two ends |
//! | `tasks` | [`tasks`]: `tokio::sync::mpsc` between the tasks of a run |
//! | `ledger` | what is counted of a channel; its limits |
//! | `waiting` | who waits at a channel, and what is said of that at the limit of the run |
//!
//! Recording a send and a receive takes some tenths of a microsecond, and some microseconds where each receive has to
//! wake up a thread (the bench `channels` says how much, beside the bare channel); where items come that quickly, the
//! figure says so.
//!
//! What went through a channel is a question to the timeline:
//! [`Timeline::traffic`](crate::timeline::Timeline::traffic).

mod ledger;
mod receiver;
mod sender;
pub mod tasks;
mod threads;
mod waiting;

pub use ledger::{MOST_BYTES, MOST_ITEMS};
pub use receiver::{Iter, Receiver};
pub use sender::Sender;
pub(crate) use threads::channel;
