//! What is there, what is missing, and the command that mends it.

use std::process::ExitCode;

use anyhow::Result;

use crate::kernel::{host::standby, warm};
use crate::project::Project;
use crate::setup::{self, Place, State};

/// `cargo lab doctor`: a table; the exit code is 1 when something has to be mended.
///
/// # Errors
/// None so far: what cannot be looked at is a line of the table.
pub fn run(project: &Project) -> Result<ExitCode> {
    let place = match Place::of(project) {
        Ok(place) => place,
        Err(error) => {
            line("Rust", "MISSING", &format!("{error:#}"));
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut is_well = true;
    for step in setup::steps() {
        match step.state(&place) {
            State::There(what) => line(step.name(), "there", &what),
            State::Missing => line(step.name(), "MISSING", &format!("→ {}", step.remedy())),
            State::OutOfDate(why) => line(step.name(), "OUT OF DATE", &format!("{why} → {}", step.remedy())),
        }
        is_well &= matches!(step.state(&place), State::There(_));
    }
    let standbys = standby::count(project);
    let running = warm::running(project).unwrap_or(0).saturating_sub(standbys);
    println!("\nkernels: {running} running, {standbys} standing by");
    println!("cache: {}", project.cache().display());
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(what: &str, state: &str, details: &str) {
    println!("{what:28} {state:12} {details}");
}
