//! What a queue asks of the place where it is kept. Each call is atomic, and durable when it returns: as durable as the
//! disk, or the server, lets it be.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::Error;

/// Where a queue is kept: a database on this disk, a server.
///
/// A store is used by several processes at once. The one that made it opens a connection for each call and closes it,
/// because it forks, and no connection may be carried over a fork; its children keep one each.
pub trait Store {
    /// Adds a task, and gives its number.
    ///
    /// # Errors
    /// When it cannot be kept; then it is not in the queue.
    fn push(&self, payload: &str) -> Result<u64, Error>;

    /// Leases the task that has been free for longest to `worker`.
    ///
    /// # Errors
    /// When the store cannot be read or written; then nothing was claimed, or it will be free again after `lease`.
    fn claim(&self, worker: &str, lease: Duration) -> Result<Claim, Error>;

    /// Takes a task out of the queue, as done or else as a dead letter. `false` when the claim is not the task's last one
    /// any more, or the task is out already: then nothing changes.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn finish(&self, task: &Task, done: bool) -> Result<bool, Error>;

    /// Lets nobody claim the task before `after` has passed: a new lease for the worker that `keeps` it, or else a pause
    /// before it is tried again. `false` as for [`finish`](Self::finish).
    ///
    /// # Errors
    /// When the store cannot be written.
    fn free_after(&self, task: &Task, after: Duration, keeps: bool) -> Result<bool, Error>;

    /// All tasks that there are and were, by number.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn rows(&self) -> Result<Vec<Row>, Error>;

    /// Where it is: a file, a server's address.
    fn place(&self) -> String;
}

/// A task that a worker has claimed. Shows itself as its number and its payload: "3 soup".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number, from 1, in the order in which tasks were pushed.
    pub id: u64,
    /// What was pushed.
    pub payload: String,
    /// Which claim of this task it is, from 1. No two claims have the same: a claim is refused once there is a later one
    /// (a *fencing token*).
    pub attempt: u32,
}

impl fmt::Display for Task {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.id, self.payload)
    }
}

/// What came of asking for a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// This one, until its lease is over.
    Task(Task),
    /// All that are left are leased or put off; the first is free after so long.
    Later(Duration),
    /// None is left: every task is done, or a dead letter.
    Nothing,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// Free to be claimed, now or after a pause.
    Waiting,
    /// Claimed, and the lease is not over.
    Leased,
    /// Acknowledged.
    Done,
    /// Put aside, for a person to look at.
    Dead,
}

impl fmt::Display for TaskState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Waiting => "waiting",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Dead => "dead letter",
        })
    }
}

/// A task as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub id: u64,
    /// What was pushed.
    pub payload: String,
    /// How far it is.
    pub state: TaskState,
    /// How often it was claimed.
    pub attempts: u32,
    /// Who claimed it last; empty before the first claim.
    pub worker: String,
    /// When it was pushed, on the store's clock.
    pub pushed: SystemTime,
}

impl Row {
    /// What it is called in lanes and tables, as [`Task`] shows itself.
    pub fn name(&self) -> String {
        format!("{} {}", self.id, self.payload)
    }
}

/// Microseconds since 1970: leases have to mean the same in every process, and after a restart of the machine too.
pub(super) fn today() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    micros(since)
}

/// The moment that [`today`] gave as `micros`.
pub(super) fn moment(micros: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(micros.max(0) as u64)
}

/// A duration in microseconds, a century at the most.
pub(super) fn micros(time: Duration) -> i64 {
    const CENTURY: u64 = 100 * 366 * 24 * 3600 * 1_000_000;
    u64::try_from(time.as_micros()).unwrap_or(CENTURY).min(CENTURY) as i64
}
