//! What an interleaving costs, here and in loom and shuttle, for the same small models.
//! `cargo bench -p timelanes --bench interleavings`
//!
//! The three do not count the same things: shuttle's orders include spawning and joining, and loom leaves out orders that
//! come to the same. So the time is told for each interleaving that was run, and for the whole search.

use std::process::{Command, Stdio};
use std::sync::Arc as StdArc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use timelanes::machine::thread_cpu_time;
use timelanes::prelude::*;

const ROUNDS: usize = 7;
/// Searches that take longer in a peer are left out, and a peer has one round where it takes a tenth of that.
const PEERS: [(usize, usize); 4] = [(2, 1), (2, 2), (2, 3), (3, 1)];

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().collect();
    if let [_, peer, threads, times] = words.as_slice()
        && let (Ok(threads), Ok(times)) = (threads.parse(), times.parse())
    {
        let search = if peer == "loom" { loom } else { shuttle };
        let rounds = if times > 2 || threads > 2 { 1 } else { ROUNDS };
        println!("{}", median(rounds, || search(threads, times)).line());
        return Ok(());
    }
    println!("each thread adds so many times, by a load and a store; CPU time, median of {ROUNDS} searches");
    for (threads, times) in [(2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2)] {
        let all = increments(threads, times).explore()?;
        let ours = median(ROUNDS, || increments(threads, times).explore().map_or(0, |all| all.explored));
        assert!(all.complete && ours.count == all.explored);
        println!("{threads} × {times}: ours    {ours}, {} lose", all.failed);
        for peer in ["loom", "shuttle"].into_iter().filter(|_| PEERS.contains(&(threads, times))) {
            let search = in_a_process(peer, threads, times);
            println!(
                "       {peer:7} {}",
                search.map_or("did not answer".to_owned(), |search| search.beside(&ours))
            );
        }
    }
    println!("three philosophers: {}", philosophers().explore()?);
    Ok(())
}

/// The search of a peer in a process of its own: shuttle leaves a panic hook behind, which tells of every thread that loom
/// unwinds.
fn in_a_process(peer: &str, threads: usize, times: usize) -> Option<Search> {
    let mut program = Command::new(std::env::current_exe().ok()?);
    program.args([peer, &threads.to_string(), &times.to_string()]).stderr(Stdio::null());
    let said = String::from_utf8(program.output().ok()?.stdout).ok()?;
    let (count, seconds) = said.trim().split_once(' ')?;
    Some(Search { count: count.parse().ok()?, seconds: seconds.parse().ok()? })
}

fn increments(threads: usize, times: usize) -> Model {
    model("increments", move |run| {
        let total = run.shared("total", 0_usize);
        for name in ["ada", "bob", "cem"].into_iter().take(threads) {
            run.spawn(name, async move {
                for _ in 0..times {
                    let seen = total.load().await;
                    total.store(seen + 1).await;
                }
            });
        }
        run.must(move || total.now() == threads * times, "an update was lost");
    })
}

fn philosophers() -> Model {
    model("philosophers", |run| {
        let forks = ["a", "b", "c"].map(|name| run.mutex(name));
        for (name, left, right) in [("ada", 0, 1), ("bob", 1, 2), ("cem", 2, 0)] {
            let (left, right) = (forks[left], forks[right]);
            run.spawn(name, async move {
                let _left = left.lock().await;
                let _right = right.lock().await;
            });
        }
    })
}

/// How many interleavings loom runs. Its orders are those of sequentially consistent steps as far as it has such.
fn loom(threads: usize, times: usize) -> usize {
    let count = StdArc::new(AtomicUsize::new(0));
    let runs = StdArc::clone(&count);
    loom::model(move || {
        runs.fetch_add(1, SeqCst);
        let total = loom::sync::Arc::new(loom::sync::atomic::AtomicUsize::new(0));
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                let total = loom::sync::Arc::clone(&total);
                loom::thread::spawn(move || {
                    for _ in 0..times {
                        let seen = total.load(SeqCst);
                        total.store(seen + 1, SeqCst);
                    }
                })
            })
            .collect();
        handles.into_iter().for_each(|handle| handle.join().expect("nobody panics"));
    });
    count.load(SeqCst)
}

/// How many interleavings shuttle runs.
fn shuttle(threads: usize, times: usize) -> usize {
    let scheduler = shuttle::scheduler::DfsScheduler::new(None, false);
    let runner = shuttle::Runner::new(scheduler, shuttle::Config::new());
    runner.run(move || {
        let total = StdArc::new(shuttle::sync::atomic::AtomicUsize::new(0));
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                let total = StdArc::clone(&total);
                shuttle::thread::spawn(move || {
                    for _ in 0..times {
                        let seen = total.load(SeqCst);
                        total.store(seen + 1, SeqCst);
                    }
                })
            })
            .collect();
        handles.into_iter().for_each(|handle| handle.join().expect("nobody panics"));
    })
}

/// A search: how many interleavings, and how long it took in the median.
struct Search {
    count: usize,
    seconds: f64,
}

impl Search {
    fn each(&self) -> f64 {
        self.seconds / self.count as f64
    }

    /// For the process that asked.
    fn line(&self) -> String {
        format!("{} {}", self.count, self.seconds)
    }

    fn beside(&self, ours: &Self) -> String {
        let (each, whole) = (self.each() / ours.each(), self.seconds / ours.seconds);
        format!("{self}; {each:.1} times ours an interleaving, {whole:.1} times ours in all")
    }
}

impl std::fmt::Display for Search {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { count, seconds } = self;
        write!(
            out,
            "{count:>7} interleavings in {:>9.3} ms, {:>7.2} µs each",
            seconds * 1e3,
            self.each() * 1e6
        )
    }
}

/// All searches run on the thread that asks for them.
fn median(rounds: usize, search: impl Fn() -> usize) -> Search {
    let cpu = || thread_cpu_time().map_or(0.0, |time| time.as_secs_f64());
    // The first one pays for what is set up once.
    let mut count = if rounds > 1 { search() } else { 0 };
    let mut seconds = Vec::new();
    for _ in 0..rounds {
        let began = cpu();
        count = search();
        seconds.push(cpu() - began);
    }
    seconds.sort_by(f64::total_cmp);
    Search { count, seconds: seconds[rounds / 2] }
}
