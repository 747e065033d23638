//! The experiment of lesson 05 as a program: threads share one core, each sees its own time slices, and all of it is
//! written as a trace that can be held against `perf sched record` or opened in <https://ui.perfetto.dev>.
//!
//! ```text
//! cargo run --release -p timelanes --example time_slices -- --threads 3 --millis 2000 --nice 0,5,10 --out trace.json
//! ```

use std::io::Write;
use std::process::ExitCode;

use timelanes::prelude::*;

const HELP: &str = "\
Threads share one core for a while, and each writes down when it had the core.

usage: time_slices [--threads N] [--millis M] [--nice A,B,…] [--core C] [--out FILE]

  --threads N     how many threads (3, or as many as there are nice values)
  --millis M      for how long, 1 to 600000 (2000)
  --nice A,B,…    a nice value for each thread, -20 to 19 (0 for all)
  --core C        the core to share (the last this process may use)
  --out FILE      writes a trace: complete events, the time on the core in the category \"running\", with the
                  thread's real tid and times of CLOCK_MONOTONIC in microseconds
  --help          this text
";

/// What was asked for on the command line.
#[derive(Debug, PartialEq)]
struct Asked {
    nice: Vec<i32>,
    millis: u64,
    core: Option<usize>,
    out: Option<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        say(HELP);
        return ExitCode::SUCCESS;
    }
    let fault = match parse(&arguments) {
        Ok(asked) => match time_slices(&asked) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => error.to_string(),
        },
        Err(fault) => format!("{fault}\n\n{HELP}"),
    };
    eprintln!("time_slices: {fault}");
    ExitCode::FAILURE
}

fn time_slices(asked: &Asked) -> Result<(), Error> {
    let millis = asked.millis * MILLISECOND;
    let last = Machine::here().cores.last().copied().unwrap_or(0);
    let place =
        record("time slices").on_core(asked.core.unwrap_or(last)).within(millis + 10_000 * MILLISECOND);
    let run = place.threads(|run| {
        for (number, nice) in asked.nice.iter().enumerate() {
            let thread = run.spawn(format!("thread {number}"), move |lane| {
                while lane.elapsed() < millis {
                    lane.step()
                }
            });
            // A thread that is not told otherwise keeps the nice value of this process.
            if *nice != 0 {
                thread.nice(*nice);
            }
        }
    })?;
    say(&run.slice_table().to_string());
    run.notes.iter().for_each(|note| say(&format!("{note}\n")));
    if let Some(out) = &asked.out {
        // Who else had the core is known by how long, not by a thread: it is not part of the trace.
        let mut traced = run.clone();
        traced.lanes.retain(|lane| lane.kind == LaneKind::Thread);
        traced.write_trace(out)?;
        say(&format!("written: {out}\n"));
    }
    Ok(())
}

/// Prints, also into a pipe that nobody reads any more.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn parse(arguments: &[String]) -> Result<Asked, String> {
    let (mut threads, mut nice, mut asked) =
        (None, None, Asked { nice: vec![], millis: 2000, core: None, out: None });
    let mut arguments = arguments.iter();
    while let Some(option) = arguments.next() {
        let (option, value) = match option.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (option.as_str(), None),
        };
        if !["--threads", "--millis", "--nice", "--core", "--out"].contains(&option) {
            return Err(format!("there is no option \"{option}\""));
        }
        let value = value.or_else(|| arguments.next().cloned()).ok_or(format!("{option} needs a value"))?;
        match option {
            "--threads" => threads = Some(number::<usize>(option, &value)?),
            "--millis" => asked.millis = number(option, &value)?,
            "--nice" => {
                nice = Some(value.split(',').map(|one| number(option, one)).collect::<Result<Vec<i32>, _>>()?)
            }
            "--core" => asked.core = Some(number(option, &value)?),
            _ => asked.out = Some(value),
        }
    }
    if !(1..=600_000).contains(&asked.millis) {
        return Err(format!("--millis is to be from 1 to 600000, not {}", asked.millis));
    }
    let count = threads.unwrap_or(nice.as_ref().map_or(3, Vec::len));
    if count > timelanes::preempt::THREADS {
        return Err(format!("--threads is to be at most {}, not {count}", timelanes::preempt::THREADS));
    }
    asked.nice = nice.unwrap_or_else(|| vec![0; count]);
    if asked.nice.len() != count {
        return Err(format!("--nice has {} values for {count} threads: give one for each", asked.nice.len()));
    }
    Ok(asked)
}

fn number<N: std::str::FromStr>(option: &str, text: &str) -> Result<N, String> {
    text.trim().parse().map_err(|_| format!("{option}: \"{text}\" is no number that fits"))
}
