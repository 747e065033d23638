//! What it costs to start one: a thread, a forked process, a recorded child, another program.
//! `cargo bench -p timelanes --bench starting`

use std::time::{Duration, Instant};

use timelanes::prelude::*;

const ROUNDS: usize = 500;

fn main() -> Result<(), Error> {
    let show = |name: &str, cost: cost::Cost| {
        println!(
            "{name:28} first instruction {:>9}, whole {:>9}, memory {:>6.1} KB",
            cost.start, cost.whole, cost.memory
        );
    };
    show("thread", cost::thread(ROUNDS)?);
    show("fork", cost::process(ROUNDS)?);
    let mut times = Vec::new();
    record("").processes(|run| {
        for _ in 0..ROUNDS {
            let start = Instant::now();
            run.fork("child", |_| ()).wait();
            times.push(start.elapsed());
        }
    })?;
    println!("{:28} whole {:>9.1?}", "recorded child", median(&mut times));
    #[cfg(target_os = "linux")]
    {
        let mut times = Vec::new();
        record("").processes(|run| {
            for _ in 0..100 {
                let start = Instant::now();
                run.program("true", &mut std::process::Command::new("true")).wait();
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
