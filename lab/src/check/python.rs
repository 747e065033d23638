//! "In Python": folded blocks that say what the same thing is there. Their code is run, by the Python of `.venv`.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::fault::{Fault, FaultKind};
use super::lesson::{Cell, Kind, Lesson};
use super::markdown;
use crate::process::Group;
use crate::project::Project;

/// How the summary of such a block begins.
const SUMMARY: &str = "In Python";
/// How the comment begins after which a line says what it prints.
const PRINTS: &str = "# prints:";
/// The longest that one block may run.
const LIMIT: Duration = Duration::from_secs(20);
/// How often to look whether it has ended.
const LOOK: Duration = Duration::from_millis(10);
/// How many lines are read beside a lesson with pleasure.
const LINES: usize = 15;

/// What came of running one block.
struct Outcome {
    ended_well: bool,
    stdout: String,
    stderr: String,
}

/// Blocks that are not written as they should be.
pub fn faults(lesson: &Lesson) -> Vec<Fault> {
    markdown_cells(lesson).flat_map(faults_of).collect()
}

fn faults_of(cell: &Cell) -> Vec<Fault> {
    let parts = markdown::parts(&cell.source);
    let what = parts.iter().filter_map(|part| {
        let is_python = part.summary.as_ref().is_some_and(|summary| summary.starts_with(SUMMARY));
        match (is_python, part.code.iter().any(|(language, _)| language == "python")) {
            (true, false) => Some("the fold \"In Python\" has no ```python block"),
            (false, true) => {
                Some("a ```python block stands outside of a fold whose summary begins with \"In Python\"")
            }
            _ => None,
        }
    });
    what.map(|what| cell.fault(FaultKind::InPython, what)).collect()
}

/// Blocks that are longer than a glance.
pub fn notes(lesson: &Lesson) -> Vec<String> {
    let blocks = blocks(lesson).map(|(cell, code)| (cell.number, code.lines().count()));
    let long = blocks.filter(|(_, lines)| *lines > LINES);
    long.map(|(number, lines)| format!("cell {number}: {lines} lines of Python; a glance takes {LINES}"))
        .collect()
}

/// Runs every block, each as a program of its own, and says what is wrong with those that do not do what they say.
pub async fn run(project: &Project, lesson: &Lesson) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (cell, code) in blocks(lesson) {
        let fault = match perform(project, &code).await {
            Err(error) => Some((format!("the block In Python could not be run: {error:#}"), String::new())),
            Ok(outcome) => judge(&code, &outcome),
        };
        faults.extend(fault.map(|(what, text)| cell.fault(FaultKind::PythonFails, what).quoting(&text)));
    }
    faults
}

fn blocks(lesson: &Lesson) -> impl Iterator<Item = (&Cell, String)> {
    markdown_cells(lesson).flat_map(|cell| {
        let code = markdown::parts(&cell.source).into_iter().flat_map(|part| part.code);
        code.filter(|(language, _)| language == "python").map(move |(_, code)| (cell, code))
    })
}

fn markdown_cells(lesson: &Lesson) -> impl Iterator<Item = &Cell> {
    lesson.cells.iter().filter(|cell| cell.kind == Kind::Markdown)
}

/// What is wrong, and what the program said.
fn judge(code: &str, outcome: &Outcome) -> Option<(String, String)> {
    if !outcome.ended_well || !outcome.stderr.trim().is_empty() {
        let what = if outcome.ended_well { "wrote to stderr" } else { "ended with an error" };
        return Some((format!("the block In Python {what}"), outcome.stderr.clone()));
    }
    let mut printed = outcome.stdout.lines().map(str::trim);
    let mut wanted = code.lines().filter_map(|line| line.split_once(PRINTS)).map(|(_, wanted)| wanted.trim());
    let missing = wanted.find(|wanted| !printed.any(|line| line == *wanted))?;
    Some((
        format!("the block In Python does not print `{missing}` where it says so; it prints:"),
        outcome.stdout.clone(),
    ))
}

/// Runs `code` as a file, which `multiprocessing` needs, in a process group that is gone afterwards.
async fn perform(project: &Project, code: &str) -> Result<Outcome> {
    let folder = tempfile::Builder::new().prefix("timelanes-python-").tempdir()?;
    let [program, stdout, stderr] = ["in_python.py", "stdout", "stderr"].map(|name| folder.path().join(name));
    fs::write(&program, code)?;
    let mut command = Command::new(project.python());
    command.arg(&program).current_dir(folder.path()).stdin(Stdio::null());
    command.stdout(File::create(&stdout)?).stderr(File::create(&stderr)?);
    command
        .env("PYTHONNOUSERSITE", "1")
        .env("PYTHONUTF8", "1")
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME");
    let mut group = Group::spawn(&mut command).context("`cargo lab setup` makes it")?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = group.ended() {
            break status;
        } else if start.elapsed() > LIMIT {
            bail!("it did not end within {} s", LIMIT.as_secs());
        }
        tokio::time::sleep(LOOK).await;
    };
    let said = |path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(Outcome { ended_well: status.success(), stdout: said(stdout)?, stderr: said(stderr)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_printed_comes_in_order_and_other_lines_may_stand_between() {
        let outcome =
            |stdout: &str| Outcome { ended_well: true, stdout: stdout.into(), stderr: String::new() };
        let code = "print(1)  # prints: 1\nprint('a b')  # prints: a b";
        assert!(judge(code, &outcome("1\nmore\na b\n")).is_none());
        for other in ["1\n", "a b\n1\n", "1\na bc\n", ""] {
            assert!(judge(code, &outcome(other)).is_some(), "{other:?}");
        }
        let fails = Outcome { ended_well: false, stdout: "1\na b\n".into(), stderr: "no\n".into() };
        assert!(judge(code, &fails).unwrap().0.contains("error"));
    }
}
