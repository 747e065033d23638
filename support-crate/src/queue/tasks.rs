//! [`TaskQueue`]: what a worker calls. What comes of it is written into the worker's lane.

use std::time::Duration;

use super::store::{Claim, Row, Store, Task, TaskState};
use crate::error::Error;
use crate::machine::now;
use crate::record::LaneWriter;
use crate::table::Table;
use crate::time::Time;
use crate::timeline::{Activity, MarkKind};

/// Where the address of a Redis server may stand.
const REDIS: &str = "TIMELANES_REDIS";
/// How long a worker without a task sleeps before it asks again.
const PAUSE: (Duration, Duration) = (Duration::from_micros(200), Duration::from_millis(4));

/// A queue of tasks that workers claim for a time; it is there after a crash of any of them.
///
/// Its parent pushes, and its forked children work: each opens a connection of its own. What goes wrong in a worker's call
/// becomes the recording's fault.
///
/// ```standalone_crate
/// # #[cfg(target_os = "linux")] {
/// use timelanes::prelude::*;
/// let orders = TaskQueue::new()?;
/// orders.push("soup")?;
/// let run = record("one order").processes(|run| {
///     run.fork("ada", |lane| {
///         while let Some(order) = orders.claim(lane, 100 * MILLISECOND) {
///             lane.wait(&order.payload, 1 * MILLISECOND);
///             orders.acknowledge(lane, &order);
///         }
///     });
/// })?;
/// assert_eq!(orders.table()?.cell("1 soup", "state"), Some("done"));
/// # }
/// # Ok::<(), timelanes::error::Error>(())
/// ```
pub struct TaskQueue {
    store: Box<dyn Store>,
}

impl TaskQueue {
    /// An empty queue: in a SQLite database in a temporary folder; or, where `TIMELANES_REDIS` gives the address of a Redis
    /// server (`redis://127.0.0.1:6379`), there. It is removed when it is dropped.
    ///
    /// # Errors
    /// When the folder cannot be written, the server cannot be reached, or the system is not Linux.
    #[cfg(target_os = "linux")]
    pub fn new() -> Result<Self, Error> {
        let address = std::env::var(REDIS).ok().filter(|address| !address.trim().is_empty());
        match address {
            None => Ok(Self::on(super::Sqlite::new()?)),
            Some(address) => super::Redis::new(&address).map(Self::on).map_err(|error| Error::Connection {
                what: format!("the server that {REDIS} names"),
                because: error.to_string(),
            }),
        }
    }

    /// As on Linux, where workers can be forked.
    ///
    /// # Errors
    /// Always, here.
    #[cfg(not(target_os = "linux"))]
    pub fn new() -> Result<Self, Error> {
        Err(Error::NotPossible {
            what: format!("a queue for forked workers (or on a server, by {REDIS})"),
            because: "the lessons on processes use calls that only Linux has".to_owned(),
        })
    }

    /// The queue that is kept in `store`.
    pub fn on(store: impl Store + 'static) -> Self {
        Self { store: Box::new(store) }
    }

    /// Adds a task at the end, and gives its number. When it returns, no killed process can lose the task; whether a power cut
    /// can, is the store's affair.
    ///
    /// # Errors
    /// When it cannot be written, such as on a full disk; then it is not in the queue, and all that was there still is.
    pub fn push(&self, payload: impl ToString) -> Result<u64, Error> {
        self.store.push(&payload.to_string())
    }

    /// Leases a task to this lane's worker: for the time of `lease` nobody else gets it. Waits while all that are left are
    /// leased to others; none when every task is done or a dead letter, or the run's time is up.
    pub fn claim(&self, lane: &LaneWriter, lease: Time) -> Option<Task> {
        let lease = positive(lane, lease)?;
        let mut waiting = None;
        while !lane.is_late(now()) {
            match self.store.claim(lane.name(), lease) {
                Ok(Claim::Task(task)) => {
                    drop(waiting);
                    lane.mark_of(MarkKind::Claimed, &task.to_string());
                    return Some(task);
                }
                Ok(Claim::Later(after)) => {
                    waiting.get_or_insert_with(|| lane.span(Activity::Waiting, "no task is free"));
                    std::thread::sleep(after.clamp(PAUSE.0, PAUSE.1));
                }
                Ok(Claim::Nothing) => return None,
                Err(fault) => {
                    lane.fault(fault);
                    return None;
                }
            }
        }
        None
    }

    /// Says that the task is done: it leaves the queue. `false` when that comes too late, because another worker has claimed
    /// it since, or it is out of the queue already.
    pub fn acknowledge(&self, lane: &LaneWriter, task: &Task) -> bool {
        self.noted(lane, task, MarkKind::Acknowledged, self.store.finish(task, true))
    }

    /// Asks for a new lease, from now on, for a task that takes longer than expected. `false` when that comes too late.
    pub fn extend(&self, lane: &LaneWriter, task: &Task, lease: Time) -> bool {
        let Some(lease) = positive(lane, lease) else { return false };
        self.noted(lane, task, MarkKind::Extended, self.store.free_after(task, lease, true))
    }

    /// Gives a task back that did not work out; nobody gets it before `after` has passed. `false` when that comes too late.
    pub fn retry(&self, lane: &LaneWriter, task: &Task, after: Time) -> bool {
        let Some(after) = positive(lane, after) else { return false };
        self.noted(lane, task, MarkKind::Retried, self.store.free_after(task, after, false))
    }

    /// Puts a task aside that will never work out: it leaves the queue, and is kept for a person to look at. `false` when
    /// that comes too late.
    pub fn dead_letter(&self, lane: &LaneWriter, task: &Task) -> bool {
        self.noted(lane, task, MarkKind::DeadLetter, self.store.finish(task, false))
    }

    /// All tasks that there are and were, by number, as the store has them.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn rows(&self) -> Result<Vec<Row>, Error> {
        self.store.rows()
    }

    /// Waits in this lane until a task is as `is_so` asks; whether one was before the run's time was up. For a parent that
    /// wants to do something in the middle of a task.
    pub fn watch(&self, lane: &LaneWriter, is_so: impl Fn(&Row) -> bool) -> bool {
        let _span = lane.span(Activity::Waiting, "watches the queue");
        while !lane.is_late(now()) {
            match self.rows() {
                Ok(rows) if rows.iter().any(&is_so) => return true,
                Ok(_) => std::thread::sleep(PAUSE.0),
                Err(fault) => {
                    lane.fault(fault);
                    return false;
                }
            }
        }
        false
    }

    /// The same as a table.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn table(&self) -> Result<Table, Error> {
        let rows = self.rows()?;
        let done = rows.iter().filter(|row| row.state == TaskState::Done).count();
        let title = format!("{done} of {} tasks done, in {}", rows.len(), self.place());
        let mut table = Table::new(title, ["task", "state", "claims", "last worker"]);
        for row in &rows {
            table.row([row.name(), row.state.to_string(), row.attempts.to_string(), row.worker.clone()]);
        }
        Ok(table)
    }

    /// Where it is kept: a file, or a server.
    pub fn place(&self) -> String {
        self.store.place()
    }

    /// Writes into the worker's lane what came of a call.
    fn noted(&self, lane: &LaneWriter, task: &Task, kind: MarkKind, done: Result<bool, Error>) -> bool {
        let done = done.unwrap_or_else(|fault| {
            lane.fault(fault);
            false
        });
        lane.mark_of(if done { kind } else { MarkKind::TooLate }, &task.to_string());
        done
    }
}

/// The time as a duration; one that nobody can wait for becomes the recording's fault.
fn positive(lane: &LaneWriter, time: Time) -> Option<Duration> {
    let duration = time.as_duration();
    if duration.is_none() {
        let because = "a lease, or a pause, must be zero or more, and a number".to_owned();
        lane.fault(Error::BadTime { lane: lane.name().to_owned(), asked: time, because });
    }
    duration
}
