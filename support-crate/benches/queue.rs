//! Tasks a second: of the queue on this disk, of the same in Python (module `sqlite3`, same statements, same durability,
//! same disk), and of the queue on a Redis server that keeps each write on this disk before it answers.
//! `cargo bench -p timelanes --bench queue`

#[cfg(target_os = "linux")]
#[path = "../tests/redis_server/mod.rs"]
#[allow(dead_code)]
mod redis_server;

#[cfg(target_os = "linux")]
mod linux {
    use std::process::Command;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    use std::time::{Duration, Instant};

    use timelanes::prelude::*;
    use timelanes::queue::{Redis, Sqlite};

    use crate::redis_server::Server;

    const TASKS: u64 = 500;
    const ROUNDS: usize = 7;

    /// Microseconds for a push, and for a claim and its acknowledgement.
    type Cost = [f64; 2];

    pub fn main() -> Result<(), Error> {
        let server = Server::start();
        let mut costs = [vec![], vec![], vec![]];
        // Turn about, so that whatever else goes on meets all of them.
        for _ in 0..ROUNDS {
            costs[0].push(ours(&TaskQueue::on(Sqlite::new()?.durable()))?);
            costs[1].extend(python());
            if let Some(server) = &server {
                costs[2].push(ours(&TaskQueue::on(Redis::new(&server.address())?))?);
            }
        }
        println!("{TASKS} tasks of 100 bytes, one worker, median of {ROUNDS} rounds");
        for (name, costs) in ["SQLite", "SQLite from Python", "Redis"].into_iter().zip(costs) {
            show(name, costs);
        }
        println!("{:20} {:>28.0} tasks/s", "SQLite, two workers", two_workers()?);
        Ok(())
    }

    fn show(name: &str, costs: Vec<Cost>) {
        if costs.is_empty() {
            return println!("{name:20} is not installed here");
        }
        let median = |which: usize| {
            let mut costs: Vec<f64> = costs.iter().map(|cost| cost[which]).collect();
            costs.sort_by(f64::total_cmp);
            costs[costs.len() / 2]
        };
        let (push, work) = (median(0), median(1));
        println!(
            "{name:20} push {push:>6.0} µs, claim and acknowledge {work:>6.0} µs: {:>6.0} tasks/s",
            1e6 / (push + work)
        );
    }

    fn ours(queue: &TaskQueue) -> Result<Cost, Error> {
        let costs = Shared::<[AtomicU64; 2]>::new()?;
        record("bench").processes(|run| {
            run.fork("worker", |lane| {
                let payload = "x".repeat(100);
                // The first opens the connection.
                let (first, warm) = (queue.push(&payload), queue.claim(lane, 10_000 * MILLISECOND));
                warm.filter(|_| first.is_ok()).map(|task| queue.acknowledge(lane, &task));
                let timed = |place: usize, mut work: Box<dyn FnMut() + '_>| {
                    let begun = Instant::now();
                    (0..TASKS).for_each(|_| work());
                    costs[place].store(begun.elapsed().as_nanos() as u64, Relaxed);
                };
                timed(0, Box::new(|| assert!(queue.push(&payload).is_ok())));
                timed(
                    1,
                    Box::new(|| {
                        let task = queue.claim(lane, 10_000 * MILLISECOND).expect("as many were pushed");
                        assert!(queue.acknowledge(lane, &task));
                    }),
                );
            });
        })?;
        Ok([0, 1].map(|place| costs[place].load(Relaxed) as f64 / 1e3 / TASKS as f64))
    }

    /// The peer; none where there is no Python.
    fn python() -> Option<Cost> {
        let folder = std::env::temp_dir().join(format!("timelanes-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).ok()?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/queue.py");
        let output =
            Command::new("python3").arg(script).arg(folder.join("peer.db")).arg(TASKS.to_string()).output();
        let _ = std::fs::remove_dir_all(folder);
        let text = String::from_utf8(output.ok()?.stdout).ok()?;
        let mut numbers = text.split_whitespace().map(|word| word.parse().ok());
        Some([numbers.next()??, numbers.next()??])
    }

    /// Tasks a second that two workers claim and acknowledge together.
    fn two_workers() -> Result<f64, Error> {
        let queue = TaskQueue::on(Sqlite::new()?.durable());
        record("filled").processes(|run| {
            run.fork("clerk", |_| (0..2 * TASKS).for_each(|_| _ = queue.push("x".repeat(100))));
        })?;
        let begun = Instant::now();
        record("two").processes(|run| {
            for name in ["ada", "bob"] {
                run.fork(name, |lane| {
                    while let Some(task) = queue.claim(lane, 10_000 * MILLISECOND) {
                        queue.acknowledge(lane, &task);
                    }
                });
            }
        })?;
        let took: Duration = begun.elapsed();
        Ok(2.0 * TASKS as f64 / took.as_secs_f64())
    }
}

#[cfg(target_os = "linux")]
fn main() -> Result<(), timelanes::error::Error> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("workers are forked on Linux only");
}
