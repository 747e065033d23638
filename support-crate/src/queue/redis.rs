//! The same queue on a Redis server: a stream with a consumer group, and beside it a sorted set of leases.
//!
//! The group knows which tasks are delivered and not acknowledged, to whom, and how often; the set knows when each of them
//! is free again. What has to happen at once is one Lua script, which the server runs whole. Moments are the server's.
//!
//! How durable it is, is the server's affair: only with `appendonly yes` and `appendfsync always` is a task on its disk
//! when [`push`](Store::push) returns (<https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/>).

use std::cell::RefCell;
use std::time::Duration;

use super::resp::{Address, Connection, Reply};
use super::store::{Claim, Row, Store, Task, TaskState, micros, moment, today};
use crate::error::Error;

/// Before each script: the keys, the moment, and that all of it is forgotten an hour after the last use.
const HEAD: &str = "
    local tasks, leases, about, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
    local time = redis.call('TIME')
    local now = time[1] * 1000000 + time[2]
    local function whole(number) return string.format('%.0f', number) end
    local function keep() for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, 3600) end end
    local function is_last(id, attempt)
        local pending = redis.call('XPENDING', tasks, 'workers', id, id, 1)[1]
        return pending and pending[4] == tonumber(attempt)
    end";
const PUSH: &str = "
    if redis.call('EXISTS', tasks) == 0 then redis.call('XGROUP', 'CREATE', tasks, 'workers', 0, 'MKSTREAM') end
    local id = redis.call('HINCRBY', about, 'last', 1)
    redis.call('XADD', tasks, id .. '-0', 'payload', ARGV[1], 'pushed', whole(now))
    keep()
    return id";
const CLAIM: &str = "
    if redis.call('EXISTS', tasks) == 0 then return {'nothing'} end
    local free = redis.call('ZRANGEBYSCORE', leases, '-inf', whole(now), 'LIMIT', 0, 1)[1]
    local task
    if free then
        task = redis.call('XCLAIM', tasks, 'workers', ARGV[1], 0, free)[1]
    else
        local fresh = redis.call('XREADGROUP', 'GROUP', 'workers', ARGV[1], 'COUNT', 1, 'STREAMS', tasks, '>')
        task = fresh and fresh[1][2][1]
    end
    if task then
        local attempt = redis.call('XPENDING', tasks, 'workers', task[1], task[1], 1)[1][4]
        redis.call('ZADD', leases, whole(now + ARGV[2]), task[1])
        redis.call('HSET', about, 'by ' .. task[1], ARGV[1], 'claims ' .. task[1], attempt)
        keep()
        return {'task', task[1], task[2][2], attempt}
    end
    local next = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')[2]
    return next and {'later', whole(next - now)} or {'nothing'}";
const FINISH: &str = "
    if not is_last(ARGV[1], ARGV[2]) then return 0 end
    redis.call('XACK', tasks, 'workers', ARGV[1])
    redis.call('ZREM', leases, ARGV[1])
    if ARGV[3] == 'dead' then redis.call('SADD', dead, ARGV[1]) end
    return 1";
const FREE_AFTER: &str = "
    if not is_last(ARGV[1], ARGV[2]) then return 0 end
    redis.call('ZADD', leases, whole(now + ARGV[3]), ARGV[1])
    if ARGV[4] == 'gives back' then redis.call('HSET', about, 'by ' .. ARGV[1], '') end
    return 1";
const ROWS: &str = "
    local rows = {}
    for _, task in ipairs(redis.call('XRANGE', tasks, '-', '+')) do
        local id, fields = task[1], task[2]
        local free = redis.call('ZSCORE', leases, id)
        local by = redis.call('HGET', about, 'by ' .. id) or ''
        local claims = redis.call('HGET', about, 'claims ' .. id) or '0'
        local state = 'waiting'
        if free then
            if tonumber(free) > now and by ~= '' then state = 'leased' end
        elseif claims ~= '0' then
            state = redis.call('SISMEMBER', dead, id) == 1 and 'dead' or 'done'
        end
        rows[#rows + 1] = {id, fields[2], state, claims, by, fields[4]}
    end
    return rows";

/// A queue on a Redis server.
pub struct Redis {
    address: Address,
    keys: [String; 4],
    /// The process that may fork, and so keeps no connection: two processes would read each other's answers.
    maker: u32,
    kept: RefCell<Option<Connection>>,
}

impl Redis {
    /// An empty queue on the server at `address`, such as `redis://127.0.0.1:6379`; it is removed from there when it is
    /// dropped, and an hour after its last use.
    ///
    /// # Errors
    /// When the address is none, or no server lets one in there.
    pub fn new(address: &str) -> Result<Self, Error> {
        let address = Address::read(address).map_err(|because| Error::Connection {
            what: format!("\"{address}\" is no address of a Redis server"),
            because,
        })?;
        let maker = std::process::id();
        // In braces: what stands there puts all keys on one machine of a cluster.
        let name = format!("{{timelanes:{maker}:{}}}", today());
        let keys = ["tasks", "leases", "about", "dead"].map(|part| format!("{name}:{part}"));
        let queue = Self { address, keys, maker, kept: RefCell::default() };
        queue.ask("could not be reached", &["PING"])?;
        Ok(queue)
    }

    /// Runs a script on the queue's keys.
    fn run(&self, what: &str, script: &str, arguments: &[&str]) -> Result<Reply, Error> {
        let script = format!("{HEAD}{script}");
        let keys = self.keys.iter().map(String::as_str);
        let command: Vec<&str> =
            ["EVAL", &script, "4"].into_iter().chain(keys).chain(arguments.iter().copied()).collect();
        self.ask(what, &command)
    }

    fn ask(&self, what: &str, command: &[&str]) -> Result<Reply, Error> {
        let lost = |error: std::io::Error| {
            let because =
                format!("{error}. Is a server running there? Whether the last call was done is not known");
            self.error(what, because)
        };
        let mut kept = self.kept.borrow_mut();
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => Connection::new(&self.address).map_err(lost)?,
        };
        // After a failure the connection is closed here: what would be read next is the answer to this.
        let reply = connection.ask(command).map_err(lost)?;
        if std::process::id() != self.maker {
            *kept = Some(connection);
        }
        match reply {
            Reply::Refused(says) => {
                Err(self.error(what, format!("the server refused: {says}. Nothing was changed")))
            }
            reply => Ok(reply),
        }
    }

    fn error(&self, what: &str, because: String) -> Error {
        Error::Connection { what: format!("the queue {} {what}", self.place()), because }
    }

    fn nonsense(&self, what: &str, reply: &Reply) -> Error {
        self.error(what, format!("the server answered what no queue of ours does: {reply:?}"))
    }
}

impl Store for Redis {
    fn push(&self, payload: &str) -> Result<u64, Error> {
        let what = "took no further task";
        let reply = self.run(what, PUSH, &[payload])?;
        reply.number().map(|id| id as u64).ok_or_else(|| self.nonsense(what, &reply))
    }

    fn claim(&self, worker: &str, lease: Duration) -> Result<Claim, Error> {
        let what = "gave no task";
        let reply = self.run(what, CLAIM, &[worker, &micros(lease).to_string()])?;
        read_claim(&reply).ok_or_else(|| self.nonsense(what, &reply))
    }

    fn finish(&self, task: &Task, done: bool) -> Result<bool, Error> {
        let how = if done { "done" } else { "dead" };
        let arguments = [&id(task), &task.attempt.to_string(), how];
        Ok(self.run("did not keep that a task is done", FINISH, &arguments)? == Reply::Number(1))
    }

    fn free_after(&self, task: &Task, after: Duration, keeps: bool) -> Result<bool, Error> {
        let how = if keeps { "keeps" } else { "gives back" };
        let arguments = [&id(task), &task.attempt.to_string(), &micros(after).to_string(), how];
        Ok(self.run("did not change a lease", FREE_AFTER, &arguments)? == Reply::Number(1))
    }

    fn rows(&self) -> Result<Vec<Row>, Error> {
        let what = "could not be read";
        let reply = self.run(what, ROWS, &[])?;
        let rows = reply.list().and_then(|rows| rows.iter().map(read_row).collect());
        rows.ok_or_else(|| self.nonsense(what, &reply))
    }

    fn place(&self) -> String {
        format!("{} on redis://{}", self.keys[0], self.address.server)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.maker == std::process::id() {
            let keys = self.keys.iter().map(String::as_str);
            let command: Vec<&str> = ["DEL"].into_iter().chain(keys).collect();
            // A server that is gone forgets them by itself.
            let _ = self.ask("could not be removed", &command);
        }
    }
}

/// A task's name in the stream.
fn id(task: &Task) -> String {
    format!("{}-0", task.id)
}

/// A task's number, from its name in the stream.
fn read_id(reply: &Reply) -> Option<u64> {
    reply.text()?.strip_suffix("-0")?.parse().ok()
}

fn read_claim(reply: &Reply) -> Option<Claim> {
    let parts = reply.list()?;
    match (parts.first()?.text()?, parts) {
        ("task", [_, id, payload, attempt]) => Some(Claim::Task(Task {
            id: read_id(id)?,
            payload: payload.text()?.to_owned(),
            attempt: attempt.number()?.try_into().ok()?,
        })),
        ("later", [_, after]) => Some(Claim::Later(Duration::from_micros(after.number()?.max(0) as u64))),
        ("nothing", _) => Some(Claim::Nothing),
        _ => None,
    }
}

fn read_row(reply: &Reply) -> Option<Row> {
    let [id, payload, state, attempts, worker, pushed] = reply.list()? else { return None };
    let state = match state.text()? {
        "waiting" => TaskState::Waiting,
        "leased" => TaskState::Leased,
        "done" => TaskState::Done,
        "dead" => TaskState::Dead,
        _ => return None,
    };
    Some(Row {
        id: read_id(id)?,
        payload: payload.text()?.to_owned(),
        state,
        attempts: attempts.number()?.try_into().ok()?,
        worker: worker.text()?.to_owned(),
        pushed: moment(pushed.number()?),
    })
}
