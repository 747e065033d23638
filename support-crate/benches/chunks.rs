//! What a chunk costs beside its work: on the crate's pool and on rayon, bare and recorded, all in this run.
//! `cargo bench -p timelanes --bench chunks`

use crossbeam_deque::{Steal, Worker};
use rayon::prelude::*;
use timelanes::machine::now;
use timelanes::prelude::*;

const ROUNDS: usize = 21;
const CHUNKS: usize = 100_000;

fn main() -> Result<(), Error> {
    println!(
        "{}; {CHUNKS} empty chunks, nanoseconds of wall time each, median of {ROUNDS} rounds",
        Machine::here()
    );
    for workers in [1, 2] {
        let mut rounds: [Vec<f64>; 5] = Default::default();
        for _ in 0..ROUNDS {
            rounds[0].push(bare(workers));
            rounds[1].push(pool(workers)?);
            let [plain, split, recorded] = on_rayon(workers)?;
            rounds[2].push(plain);
            rounds[3].push(split);
            rounds[4].push(recorded);
        }
        let names = [
            "crossbeam-deque, scoped threads, bare",
            "pool, recorded",
            "rayon, items of one chunk",
            "rayon, a chunk each, bare",
            "rayon, a chunk each, recorded",
        ];
        for (name, mut rounds) in names.into_iter().zip(rounds) {
            rounds.sort_by(f64::total_cmp);
            println!("{workers} workers {name:40} {:>8.1}", rounds[ROUNDS / 2]);
        }
    }
    let begun = now();
    (0..CHUNKS).for_each(|_| _ = std::hint::black_box(now()));
    println!("one look at the clock {:.1}; a recorded chunk takes two", each(begun));
    Ok(())
}

fn each(begun: u64) -> f64 {
    (now() - begun) as f64 / CHUNKS as f64
}

/// The same queues, dealt and stolen from as in the pool, and nothing written down.
fn bare(workers: usize) -> f64 {
    let queues: Vec<Worker<usize>> = (0..workers).map(|_| Worker::new_lifo()).collect();
    let stealers: Vec<_> = queues.iter().map(Worker::stealer).collect();
    let begun = now();
    for (own, queue) in queues.iter().enumerate() {
        (CHUNKS * own / workers..CHUNKS * (own + 1) / workers).for_each(|chunk| queue.push(chunk));
    }
    std::thread::scope(|scope| {
        for queue in queues {
            scope.spawn(|| {
                let (queue, stealers) = (queue, &stealers);
                let steal = || {
                    stealers.iter().find_map(|victim| {
                        loop {
                            match victim.steal() {
                                Steal::Success(chunk) => return Some(chunk),
                                Steal::Empty => return None,
                                Steal::Retry => {}
                            }
                        }
                    })
                };
                while let Some(chunk) = queue.pop().or_else(steal) {
                    std::hint::black_box(chunk);
                }
            });
        }
    });
    each(begun)
}

fn pool(workers: usize) -> Result<f64, Error> {
    let mut cost = 0.0;
    record("pool").pool(Workers(workers), |run| {
        let begun = now();
        run.each(0..CHUNKS, |chunk, _| _ = std::hint::black_box(chunk));
        cost = each(begun);
    })?;
    Ok(cost)
}

/// As rayon divides the items by itself; a chunk for each; and that recorded.
fn on_rayon(workers: usize) -> Result<[f64; 3], Error> {
    let mut costs = [0.0; 3];
    record("rayon").rayon(Workers(workers), |run| {
        let items = || (0..CHUNKS).into_par_iter();
        let begun = now();
        items().for_each(|item| _ = std::hint::black_box(item));
        costs[0] = each(begun);
        let begun = now();
        items().with_max_len(1).for_each(|item| _ = std::hint::black_box(item));
        costs[1] = each(begun);
        let begun = now();
        items().with_max_len(1).for_each(|item| run.chunk("chunk", |_| _ = std::hint::black_box(item)));
        costs[2] = each(begun);
    })?;
    Ok(costs)
}
