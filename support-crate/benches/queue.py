"""The peer of the bench `queue`: the same statements on the same kind of file, from Python.

`python3 queue.py FILE COUNT` prints the microseconds of a push, and of a claim with its acknowledgement.
"""

import sqlite3
import sys
import time

file, count = sys.argv[1], int(sys.argv[2])
queue = sqlite3.connect(file, isolation_level=None)
queue.execute("PRAGMA journal_mode = WAL")
queue.execute("PRAGMA synchronous = FULL")
queue.execute(
    "CREATE TABLE tasks (id INTEGER PRIMARY KEY, payload TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
    " attempts INTEGER NOT NULL DEFAULT 0, worker TEXT NOT NULL DEFAULT '', pushed INTEGER NOT NULL, free INTEGER NOT NULL)"
)
queue.execute("CREATE INDEX open ON tasks (free, id) WHERE state = 0")


def today():
    return time.time_ns() // 1000


def push(payload):
    now = today()
    row = queue.execute("INSERT INTO tasks (payload, pushed, free) VALUES (?, ?, ?) RETURNING id", (payload, now, now))
    return row.fetchall()[0][0]


def claim(worker, lease):
    now = today()
    rows = queue.execute(
        "UPDATE tasks SET attempts = attempts + 1, worker = ?, free = ? WHERE id ="
        " (SELECT id FROM tasks WHERE state = 0 AND free <= ? ORDER BY free, id LIMIT 1) RETURNING id, payload, attempts",
        (worker, now + lease, now),
    )
    return rows.fetchall()[0]


def acknowledge(task):
    done = queue.execute(
        "UPDATE tasks SET state = 1 WHERE id = ? AND attempts = ? AND state = 0 RETURNING 1", (task[0], task[2])
    )
    return bool(done.fetchall())


def timed(work):
    begun = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - begun) / count * 1e6


def work():
    if not acknowledge(claim("peer", 10_000_000)):
        sys.exit("an acknowledgement was refused")


print(timed(lambda: push("x" * 100)), timed(work))
