//! `cargo lab check`: validates lessons and runs them on the real kernel, on copies.
//!
//! | module | holds |
//! |---|---|
//! | `course`, `lesson`, `markdown`, `answers` | what is there: notebooks, what is in them, answers beside them |
//! | `options`, `examination`, `jobs` | what is asked for, the order of a check, how many lessons at once |
//! | `form`, `anatomy`, `exercise`, `closed`, `size`, `terms`, `links` | the rules on a lesson as it lies on disk |
//! | `mend`, `glossary` | what `--fix` writes |
//! | `copies`, `session` | running code on a kernel, far from the learner's files |
//! | `rehearsal`, `trial`, `judge`, `python` | running a lesson and all answers, and what that says about it |
//! | `fault`, `report`, `progress` | what can be wrong, and how it is told |
//!
//! # For lesson authors
//!
//! **Cells and their tags**, in order: `header`, `nav`, `setup`, then the lesson (`predict`, `figure`,
//! `vary`, and two or three times `exercise`, `check`, `solution`), `recap`, `complete`, perhaps Further,
//! `nav`. What `raises-exception` (does not compile, panics, returns an error) or
//! `expects-stderr` (a panic in a thread or task of its own is told there) is meant to.
//!
//! **Sizes**: 45 minutes, 12 code cells of at most 20 lines (a guess, which is tagged `predict` and not
//! `figure`, is not counted, nor `setup`, `check`, `complete`; a check has at most 40 lines), 120 words
//! between two code cells. It is a note, and no fault, when a lesson has not 1,000 to 1,600 words, or half of
//! its code cells are longer than 6 lines: a lesson may have a reason.
//!
//! **Check cells** are folded away (`jupyter.source_hidden`) and begin with the line that JupyterLab then
//! shows; `--fix` does both. They must judge whatever an answer leaves, without a panic and without `?`.
//! Three hints, each failing try shows one more:
//!
//! ```text
//! // Check of exercise 02.3: run this cell with Shift + Enter
//! exercise("02.3")
//!     .saw(format!("done after {:.1} minutes", cake.length()))
//!     .must(cake.length() < 14.0, "all is to be done in less than 14 minutes")
//!     .hint("join waits right there. What could begin before that?")  // where to look
//!     .hint("Let the icing begin while the cake is being made.")      // what to change
//!     .hint("Spawn both first, keep both handles, then join both.")   // nearly the answer
//! ```
//!
//! **Answers** to exercise 02.3 lie in `notebooks/answers/02.3/`, each a whole exercise cell: `wrong-….rs`
//! and `cheat-….rs`, three or more, one of them a cheat; and `right-….rs`, one or more beside the solution.
//! The first line is a comment on what the learner thought; `// says: …` in the second line of a wrong one
//! are words that the verdict must have. All are run after the starter, in the order of their kinds and
//! names, on the lesson's kernel. What does not compile needs no file: the compiler refuses it. What is right
//! and was refused, or wrong and refused for another reason, is tried up to twice more.
//!
//! **Terms**: the recap ends with `### Terms` and a list of items `- **term**: what it means.` A term stands
//! in the lesson's text above the recap and is defined in one lesson only. `--fix` collects the terms, and
//! the questions in italics of the recaps, into `notebooks/glossary.md`, to which lesson 00 leads.
//!
//! **In Python**: `<details><summary>In Python: …</summary>`, a blank line, a fenced block of `python`. It is
//! run as a program, by the Python of `.venv`, for 20 s at most; stdout must have, in this order, what stands
//! after `# prints: `.
//!
//! **Further**: below `complete`, from a markdown cell that begins with `## Further` and says "skip". Its
//! cells are run and not counted.
//!
//! # The JSON of `--json`
//!
//! ```json
//! {
//!   "format": 1,
//!   "faults": 1,
//!   "answers": { "wrong": 9, "refused": 9, "right": 3, "accepted": 3 },
//!   "course": [],
//!   "lessons": [{
//!     "lesson": "01-one-waiter",
//!     "cells": 24, "seconds": 8.1, "figures": 5, "exercises": 3,
//!     "answers": { "wrong": 9, "refused": 9, "right": 3, "accepted": 3 },
//!     "mended": [], "notes": [],
//!     "faults": [{
//!       "kind": "panic",
//!       "cell": { "number": 7, "id": "seat-them", "line": "let tables = …" },
//!       "what": "the cell panicked",
//!       "text": "thread '<unnamed>' panicked at …",
//!       "mend": "mend the code; …"
//!     }]
//!   }]
//! }
//! ```
//!
//! `course` has the faults of no single lesson. `seconds` and a lesson's `answers` are null when it was not run, `cell` when the whole notebook is meant, `id` when the cell
//! has none, `text` when there is nothing to quote. `kind` is the name of a [`FaultKind`]; more may be added.

use std::process::ExitCode;

use anyhow::Result;

use crate::project::Project;

mod anatomy;
mod answers;
mod closed;
mod copies;
mod course;
mod examination;
mod exercise;
mod fault;
mod form;
mod glossary;
mod jobs;
mod judge;
mod lesson;
mod links;
mod markdown;
mod mend;
mod options;
mod progress;
mod python;
mod rehearsal;
mod report;
mod session;
mod size;
mod terms;
mod trial;

pub use examination::examine;
pub use fault::{CellPlace, Fault, FaultKind};
pub use options::Options;
pub use report::{LessonReport, Report, Tally};

/// `cargo lab check`.
///
/// # Errors
/// When the lessons' folder cannot be read, a lesson cannot be mended, or there is no lesson at all.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    if !options.no_run {
        crate::setup::run(project)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let notebooks = options.folder.clone().unwrap_or_else(|| project.notebooks());
    let report = runtime.block_on(async {
        tokio::select! {
            report = examine(project, &notebooks, options) => report.map(Ok),
            code = interruption() => Ok(Err(code)),
        }
    })?;
    match report {
        // What was being run has been dropped by now, and with it kernels and copies.
        Err(code) => {
            eprintln!("interrupted; nothing is left running");
            Ok(ExitCode::from(code))
        }
        Ok(report) => {
            print!("{}", if options.json { report.to_json()? + "\n" } else { report.to_text() });
            Ok(if report.fault_count() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

/// Waits for a signal that means to end, and gives the exit code for it.
async fn interruption() -> u8 {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => 130,
                _ = terminate.recv() => 143,
                _ = hang_up.recv() => 129,
            };
        }
    }
    match tokio::signal::ctrl_c().await {
        Ok(()) => 130,
        // No signal can be listened for: run on.
        Err(_) => std::future::pending().await,
    }
}
