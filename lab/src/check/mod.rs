//! `cargo lab check`: validates lessons and runs them on the real kernel, on copies.
//!
//! | module | holds |
//! |---|---|
//! | `course`, `lesson`, `markdown` | the notebooks that are there, and what is in them |
//! | `options`, `examination` | what is asked for, and the order of a check |
//! | `form`, `anatomy`, `exercise`, `links` | the rules on a lesson as it lies on disk |
//! | `mend` | what `--fix` writes |
//! | `copies`, `kernel_process`, `session`, `answer` | running code on a kernel, far from the learner's files |
//! | `rehearsal`, `judge` | running a lesson, and what its run says about it |
//! | `fault`, `report`, `progress` | what can be wrong, and how it is told |
//!
//! # The JSON of `--json`
//!
//! ```json
//! {
//!   "format": 1,
//!   "faults": 1,
//!   "lessons": [{
//!     "lesson": "01-one-waiter",
//!     "cells": 24, "seconds": 8.1, "figures": 5, "exercises": 3,
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
//! `seconds` is null when the lesson was not run, `cell` when the whole notebook is meant, `id` when the cell
//! has none, `text` when there is nothing to quote. `kind` is the name of a [`FaultKind`]; more may be added.

use std::process::ExitCode;

use anyhow::Result;

use crate::project::Project;

mod anatomy;
mod answer;
mod copies;
mod course;
mod examination;
mod exercise;
mod fault;
mod form;
mod judge;
mod kernel_process;
mod lesson;
mod links;
mod markdown;
mod mend;
mod options;
mod progress;
mod rehearsal;
mod report;
mod session;

pub use examination::examine;
pub use fault::{CellPlace, Fault, FaultKind};
pub use options::Options;
pub use report::{LessonReport, Report};

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
