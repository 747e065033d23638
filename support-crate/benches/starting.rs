//! What it costs to start one: a thread, a forked process, a recorded child, another program.
//! `cargo bench -p timelanes --bench starting`

use std::time::{Duration, Instant};

use timelanes::prelude::*;
use timelanes::{process, thread};

const ROUNDS: usize = 500;

fn main() -> Result<(), Error> {
    let show = |name: &str, cost: thread::Cost| {
        println!(
            "{name:28} first instruction {:>9.1?}, whole {:>9.1?}, memory {:>6.1} KB",
            cost.start, cost.whole, cost.memory
        );
    };
    show("thread", thread::cost(ROUNDS)?);
    show("fork", process::cost(ROUNDS)?);
    let mut times = Vec::new();
    record_processes("", |family| {
        for _ in 0..ROUNDS {
            let start = Instant::now();
            family.fork("child", |_| ()).wait();
            times.push(start.elapsed());
        }
    })?;
    println!("{:28} whole {:>9.1?}", "recorded child", median(&mut times));
    #[cfg(target_os = "linux")]
    {
        let mut times = Vec::new();
        record_processes("", |family| {
            for _ in 0..100 {
                let start = Instant::now();
                family.program("true", &mut std::process::Command::new("true")).wait();
                times.push(start.elapsed());
            }
        })?;
        println!("{:28} whole {:>9.1?}", "another program (true)", median(&mut times));
    }
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
