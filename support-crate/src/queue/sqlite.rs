//! A queue in a SQLite database: one table, and one statement for each thing that can happen to a task.
//!
//! In WAL mode a statement is done whole or not at all: what a process that is killed in the middle of one has written is
//! dropped by the next that opens the file. When it returns, the kernel has it, and no killed process loses it. A power cut
//! may: with `synchronous = FULL` the disk is told to keep it first, with `NORMAL` it may lose the last statements, never
//! the file (<https://sqlite.org/pragma.html#pragma_synchronous>).

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row as Columns, params};

use super::folder::Folder;
use super::store::{Claim, Row, Store, Task, TaskState, micros, moment, today};
use crate::error::Error;

/// A task is free from the moment `free` on, while its state is 0; 1 is done, 2 a dead letter.
const TABLE: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS tasks (
        id INTEGER PRIMARY KEY, payload TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0, worker TEXT NOT NULL DEFAULT '',
        pushed INTEGER NOT NULL, free INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS open ON tasks (free, id) WHERE state = 0;";
const PUSH: &str = "INSERT INTO tasks (payload, pushed, free) VALUES (?1, ?2, ?2) RETURNING id";
const CLAIM: &str = "
    UPDATE tasks SET attempts = attempts + 1, worker = ?1, free = ?2
    WHERE id = (SELECT id FROM tasks WHERE state = 0 AND free <= ?3 ORDER BY free, id LIMIT 1)
    RETURNING id, payload, attempts";
const NEXT: &str = "SELECT min(free) FROM tasks WHERE state = 0";
const FINISH: &str = "UPDATE tasks SET state = ?3 WHERE id = ?1 AND attempts = ?2 AND state = 0 RETURNING 1";
const FREE_AFTER: &str = "
    UPDATE tasks SET free = ?3, worker = iif(?4, worker, '') WHERE id = ?1 AND attempts = ?2 AND state = 0
    RETURNING 1";
const ROWS: &str = "SELECT id, payload, state, attempts, worker, pushed, free FROM tasks ORDER BY id";

/// How long a statement waits for another process to be done with its own.
const PATIENCE: Duration = Duration::from_secs(5);

/// A queue in a database on this disk.
pub struct Sqlite {
    file: PathBuf,
    /// The process that may fork, and so keeps no connection: in a copy of it SQLite would take the parent's locks for
    /// its own (<https://sqlite.org/howtocorrupt.html>, 2.6).
    maker: u32,
    kept: RefCell<Option<Connection>>,
    most_pages: Cell<Option<u32>>,
    is_durable: bool,
    _folder: Option<Folder>,
}

impl Sqlite {
    /// An empty queue in a temporary folder, which is removed when it is dropped. It outlives killed workers, and no power
    /// cut, after which nobody would look for it; [`durable`](Self::durable) changes that.
    ///
    /// # Errors
    /// When no file can be written there.
    pub fn new() -> Result<Self, Error> {
        let folder = Folder::new().map_err(|error| Error::File {
            what: "a temporary folder for a queue could not be made".to_owned(),
            because: error.to_string(),
        })?;
        Self::open(folder.path().join("queue.db"), Some(folder), false)
    }

    /// The queue in this file, which is made where it is missing, and stays. It is [durable](Self::durable).
    ///
    /// # Errors
    /// When it cannot be read or written, is no database, or is damaged.
    pub fn at(file: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(file.as_ref().to_owned(), None, true)
    }

    /// The same queue, which tells the disk to keep each change before it returns: a power cut then loses none. It waits for
    /// the disk as often.
    pub fn durable(self) -> Self {
        Self { is_durable: true, ..self }
    }

    /// Lets the file grow to so many kilobytes at the most, for this process and the children it forks: a disk that will
    /// be full.
    pub fn limit(&self, kilobytes: u32) {
        const PAGE: u32 = 4;
        self.most_pages.set(Some((kilobytes / PAGE).max(1)));
    }

    fn open(file: PathBuf, folder: Option<Folder>, is_durable: bool) -> Result<Self, Error> {
        let (maker, kept) = (std::process::id(), RefCell::default());
        let queue = Self { file, maker, kept, most_pages: Cell::default(), is_durable, _folder: folder };
        queue
            .with("could not be opened", |connection| {
                connection.execute_batch(TABLE)?;
                connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
            })
            .and_then(|says| if says == "ok" { Ok(queue) } else { Err(queue.damaged("could not be opened")) })
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(PATIENCE)?;
        let synchronous = if self.is_durable { "FULL" } else { "NORMAL" };
        connection.execute_batch(&format!("PRAGMA synchronous = {synchronous}"))?;
        // The maker closes after every call; moving the log into the database each time would cost three more writes.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        if let Some(pages) = self.most_pages.get() {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        }
        Ok(connection)
    }

    /// Does `work` with this process's connection.
    fn with<T>(&self, what: &str, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let done = if std::process::id() == self.maker {
            self.connect().and_then(|connection| work(&connection))
        } else {
            let mut kept = self.kept.borrow_mut();
            if kept.is_none() {
                *kept = Some(self.connect().map_err(|error| self.error(what, &error))?);
            }
            work(kept.as_ref().expect("it was just made"))
        };
        done.map_err(|error| self.error(what, &error))
    }

    /// The first row that a statement gives, once all of it is done: only then is it on the disk.
    fn one<T>(
        &self,
        what: &str,
        (statement, values): (&str, impl rusqlite::Params),
        read: impl FnOnce(&Columns<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        self.with(what, |connection| {
            let mut statement = connection.prepare_cached(statement)?;
            let mut rows = statement.query(values)?;
            let first = rows.next()?.map(read).transpose()?;
            while rows.next()?.is_some() {}
            Ok(first)
        })
    }

    fn error(&self, what: &str, error: &rusqlite::Error) -> Error {
        let because = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => {
                "the disk is full. Nothing of it was written, and the queue is as it was: make room, and do it again"
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => return self.damaged(what),
            Some(ErrorCode::DatabaseBusy) => {
                "another process kept the file to itself for 5 s: look for one that is stopped in the middle"
            }
            Some(ErrorCode::SystemIoFailure) => {
                return self.file(
                    what,
                    &format!("the system could not write or read it ({error}). The queue is as it was"),
                );
            }
            _ => return self.file(what, &error.to_string()),
        };
        self.file(what, because)
    }

    fn damaged(&self, what: &str) -> Error {
        let because = "the file is damaged, or something else than a queue. Nothing was changed: put a copy in its place \
                       that is whole";
        self.file(what, because)
    }

    fn file(&self, what: &str, because: &str) -> Error {
        Error::File { what: format!("the queue {} {what}", self.place()), because: because.to_owned() }
    }
}

impl Store for Sqlite {
    fn push(&self, payload: &str) -> Result<u64, Error> {
        let id = self.one("took no further task", (PUSH, params![payload, today()]), |row| row.get(0))?;
        id.ok_or_else(|| self.damaged("took no further task"))
    }

    fn claim(&self, worker: &str, lease: Duration) -> Result<Claim, Error> {
        let what = "gave no task";
        let now = today();
        let task =
            |row: &Columns<'_>| Ok(Task { id: row.get(0)?, payload: row.get(1)?, attempt: row.get(2)? });
        if let Some(task) = self.one(what, (CLAIM, params![worker, now + micros(lease), now]), task)? {
            return Ok(Claim::Task(task));
        }
        let next = self.one(what, (NEXT, params![]), |row| row.get::<_, Option<i64>>(0))?.flatten();
        Ok(next
            .map_or(Claim::Nothing, |free| Claim::Later(Duration::from_micros((free - now).max(0) as u64))))
    }

    fn finish(&self, task: &Task, done: bool) -> Result<bool, Error> {
        let values = params![task.id, task.attempt, if done { 1 } else { 2 }];
        Ok(self.one("did not keep that a task is done", (FINISH, values), |_| Ok(()))?.is_some())
    }

    fn free_after(&self, task: &Task, after: Duration, keeps: bool) -> Result<bool, Error> {
        let values = params![task.id, task.attempt, today() + micros(after), keeps];
        Ok(self.one("did not change a lease", (FREE_AFTER, values), |_| Ok(()))?.is_some())
    }

    fn rows(&self) -> Result<Vec<Row>, Error> {
        let now = today();
        self.with("could not be read", |connection| {
            let mut statement = connection.prepare_cached(ROWS)?;
            let rows = statement.query_map([], |row| {
                let (worker, free) = (row.get::<_, String>(4)?, row.get::<_, i64>(6)?);
                let state = match row.get(2)? {
                    0_u8 if free > now && !worker.is_empty() => TaskState::Leased,
                    0 => TaskState::Waiting,
                    1 => TaskState::Done,
                    _ => TaskState::Dead,
                };
                let (id, payload, attempts) = (row.get(0)?, row.get(1)?, row.get(3)?);
                Ok(Row { id, payload, state, attempts, worker, pushed: moment(row.get(5)?) })
            })?;
            rows.collect()
        })
    }

    fn place(&self) -> String {
        self.file.display().to_string()
    }
}
