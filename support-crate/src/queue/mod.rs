//! A task queue that survives a crash, and workers that are processes (lesson 16).
//!
//! A task is claimed for a time, its lease. Who claimed it acknowledges it when it is done. A lease that runs out frees
//! the task for the next worker: so a task is done at least once, whoever dies. The worker's loop stands in the lesson.
//!
//! | file | holds |
//! |---|---|
//! | `tasks` | [`TaskQueue`]: what a worker calls; each call writes into the worker's lane |
//! | `lanes` | [`Timeline::with_tasks`](crate::timeline::Timeline::with_tasks): a lane for each task, and how many wait |
//! | `store` | [`Store`]: what a queue asks of the place where it is kept, and [`Task`] |
//! | `sqlite` | on a disk, the default: a SQLite database, which several processes may have open at once |
//! | `redis` | on a server: Redis Streams with a consumer group; used where `TIMELANES_REDIS` gives an address |
//! | `resp` | the few lines of Redis' protocol that it needs |
//! | `folder` | the temporary folder of a queue, removed in the end |
//!
//! All of it needs Linux, where workers can be forked; elsewhere [`TaskQueue::new`] fails and says so.

#[cfg(target_os = "linux")]
mod folder;
mod lanes;
#[cfg(target_os = "linux")]
mod redis;
#[cfg(target_os = "linux")]
mod resp;
#[cfg(target_os = "linux")]
mod sqlite;
mod store;
mod tasks;

#[cfg(target_os = "linux")]
pub use redis::Redis;
#[cfg(target_os = "linux")]
pub use sqlite::Sqlite;
pub use store::{Claim, Row, Store, Task, TaskState};
pub use tasks::TaskQueue;
