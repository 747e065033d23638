//! One peer from its beginning to its end: its kitchen, its process, its lanes, and what is said of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::events::MemoryFile;
use super::kitchen::Kitchen;
use super::outcome::{Outcome, Trouble};
use super::{Errands, script as scripts};
use crate::error::Error;
use crate::process::{Ending, Measured, Measuring};
use crate::record::panic_text;
use crate::timeline::{Lane, Mark, MarkKind, Timeline};

/// Letters of a line that is quoted.
const QUOTED: usize = 160;

/// Runs the script of this name.
pub(super) fn script(name: &str, errands: &Errands, limit: Duration) -> Outcome {
    match scripts::script(name) {
        Ok(command) => program(name, command, errands, limit),
        Err(trouble) => told(Outcome::never(name, trouble), 0),
    }
}

/// Runs Python code.
pub(super) fn python(name: &str, code: &str, errands: &Errands, limit: Duration) -> Outcome {
    let file = match MemoryFile::of(code) {
        Ok(file) => file,
        Err(error) => return told(Outcome::never(name, Trouble::NotStarted(error.to_string())), 0),
    };
    match scripts::python(Path::new(&file.path())) {
        Ok(command) => program(name, command, errands, limit),
        Err(trouble) => told(Outcome::never(name, trouble), 0),
    }
}

/// Runs a program.
pub(super) fn program(name: &str, mut command: Command, errands: &Errands, limit: Duration) -> Outcome {
    let start = |errands: &Errands, trace: &MemoryFile| {
        scripts::tell(&mut command, errands, &trace.path());
        Measuring::program(&mut command, limit).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                let what = command.get_program().to_string_lossy().into_owned();
                Trouble::Missing { what, get: "install it, or mend the path".to_owned() }
            }
            _ => Trouble::NotStarted(error.to_string()),
        })
    };
    peer(name, errands, limit, start)
}

/// A body whose type is forgotten, so that what follows is compiled once, with this crate.
type Body<'a> = Box<dyn FnOnce(&Errands) -> Result<(Timeline, u64), Error> + 'a>;

/// Does `body` in a copy of this process.
pub(super) fn rust(name: &str, body: Body, errands: &Errands, limit: Duration) -> Outcome {
    let start = |errands: &Errands, trace: &MemoryFile| {
        let life = || {
            let done = catch_unwind(AssertUnwindSafe(|| {
                let (timeline, sum) = body(errands)?;
                timeline.write_trace(trace.path())?;
                Ok(sum)
            }));
            let done = done.unwrap_or_else(|panic| {
                Err(Error::Panicked { lane: name.to_owned(), says: panic_text(panic.as_ref()) })
            });
            match &done {
                Ok(sum) => println!("{sum}"),
                Err(error) => println!("{error}"),
            }
            i32::from(done.is_err())
        };
        Measuring::copy(limit, life).map_err(|error| Trouble::NotStarted(error.to_string()))
    };
    peer(name, errands, limit, start)
}

/// A copy of this process that does nothing; `None` where there can be none.
pub(super) fn nothing() -> Option<Outcome> {
    let measured = Measuring::copy(Duration::from_secs(1), || 0).ok()?.ends();
    let whole = Duration::from_nanos(measured.ended - measured.begun);
    let name = "(an empty copy of this notebook)".to_owned();
    Some(Outcome {
        name,
        whole,
        usage: measured.usage,
        troubles: Vec::new(),
        ..Outcome::never("", Trouble::NoResult(String::new()))
    })
}

/// A peer, its kitchen and its lanes.
fn peer(
    name: &str,
    errands: &Errands,
    limit: Duration,
    start: impl FnOnce(&Errands, &MemoryFile) -> Result<Measuring, Trouble>,
) -> Outcome {
    let not_started = |error: Error| Trouble::NotStarted(error.to_string());
    let all = || {
        errands.bounded().map_err(not_started)?;
        let kitchen = Kitchen::open(limit).map_err(not_started)?;
        let trace = MemoryFile::new().map_err(not_started)?;
        let measured = start(&Errands { kitchen: kitchen.address, ..*errands }, &trace)?.ends();
        Ok((measured, trace, kitchen.close()))
    };
    match all() {
        Ok((measured, trace, fetched)) => judge(name, errands, &measured, &trace, fetched),
        Err(trouble) => told(Outcome::never(name, trouble), 0),
    }
}

/// What is said of a process that has ended.
fn judge(name: &str, errands: &Errands, measured: &Measured, trace: &MemoryFile, fetched: usize) -> Outcome {
    let mut troubles = Vec::new();
    let last = measured.stdout.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let mut sum = last.parse().ok();
    if measured.ending != Ending::Code(0) {
        sum = None;
        troubles.push(scripts::missing_package(&measured.stderr).unwrap_or_else(|| failed(measured)));
    } else if let Some(own) = sum {
        let right = errands.sum();
        troubles.extend((own != right).then_some(Trouble::OtherResult { own, right }));
        let other = fetched != errands.count;
        troubles.extend(other.then_some(Trouble::Dishes { fetched, errands: errands.count }));
    } else {
        troubles.push(Trouble::NoResult(quoted(last)));
    }
    let missing = troubles.iter().any(|trouble| matches!(trouble, Trouble::Missing { .. }));
    let timeline = match lanes(name, trace) {
        Ok(timeline) => timeline,
        Err(trouble) => {
            troubles.extend((!missing).then_some(trouble));
            Timeline::new(name)
        }
    };
    let broken = timeline.notes.iter().find(|note| note.contains("events of the trace"));
    troubles.extend(broken.map(|note| Trouble::Lanes(note.clone())));
    let (start, end) = match timeline.is_empty() {
        true => (measured.ended, measured.ended),
        false => (timeline.start(), timeline.end()),
    };
    let between = |from: u64, to: u64| Duration::from_nanos(to.saturating_sub(from));
    let outcome = Outcome {
        name: name.to_owned(),
        sum,
        troubles,
        timeline: Timeline { notes: Vec::new(), ..timeline },
        whole: between(measured.begun, measured.ended),
        start_up: between(measured.begun, start),
        job: between(start, end),
        usage: measured.usage,
    };
    told(outcome, measured.ended)
}

/// How it ended, and its last words.
fn failed(measured: &Measured) -> Trouble {
    let said = [&measured.stderr, &measured.stdout].into_iter().find(|text| !text.trim().is_empty());
    let last = said.and_then(|text| text.lines().rev().find(|line| !line.trim().is_empty()));
    let words = last.map_or_else(String::new, |line| format!(": {}", quoted(line.trim())));
    let how = match measured.ending {
        Ending::OutOfTime => "was killed when its time was up".to_owned(),
        ref ending => ending.to_string(),
    };
    Trouble::Ended(format!("{how}{words}"))
}

fn quoted(line: &str) -> String {
    line.chars().filter(|letter| !letter.is_control()).take(QUOTED).collect()
}

/// What it wrote, under its name.
fn lanes(name: &str, trace: &MemoryFile) -> Result<Timeline, Trouble> {
    if trace.is_empty() {
        return Err(Trouble::Lanes("it wrote no event".to_owned()));
    }
    let read = Timeline::read_trace(trace.path());
    let timeline = read.map_err(|_| Trouble::Lanes("what it wrote holds no trace event".to_owned()))?;
    Ok(timeline.titled(name))
}

/// What went wrong becomes a lane at `moment`, and a note.
fn told(mut outcome: Outcome, moment: u64) -> Outcome {
    for trouble in &outcome.troubles {
        let mut lane = Lane::new(trouble.brief());
        lane.push_mark(Mark { at: moment, kind: MarkKind::Ended, label: trouble.to_string() });
        outcome.timeline = outcome.timeline.with_lane(lane);
        outcome.timeline.notes.push(format!("{} {trouble}.", outcome.name));
    }
    outcome
}
