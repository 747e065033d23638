//! The kernel of the course beside ipykernel with matplotlib doing the same steps, in one run, by a client that nobody
//! here wrote (`kernel.py`, beside this file, through jupyter_client).
//!
//! To reach on two quiet cores: first figure at most 1.5 times Python's with a standby and 4 times without, 0.25 s from an
//! edited cell to its figure, 300 MB for a kernel, ten kernels' first figures in 30 s, all lessons in 6 min.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, bail};
use lab::project::Project;
use lab::setup::{self, files};

/// What the Python side draws with; installed beside what cargo built, and for this bench alone.
const DRAWS: &str = "matplotlib==3.10.7";
/// How often each step is taken, unless this variable says otherwise.
const ROUNDS: (&str, &str) = ("TIMELANES_ROUNDS", "3");
/// The lessons to run, unless this variable names them: `01,02`, or nothing for none.
const LESSONS: &str = "TIMELANES_LESSONS";

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(1).expect("lab/ lies in the checkout");
    let project = Project::at(root.to_owned(), None)?;
    setup::run(&project)?;
    let drawing = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{}", files::short_hash(DRAWS)));
    if !files::is_whole(&drawing) {
        files::make_whole(&drawing, |folder| {
            let mut pip = Command::new(project.python());
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
            lab::process::run(pip.arg(folder).arg(DRAWS), &mut |_| {})
        })?;
    }
    let state = tempfile::tempdir()?;
    let rounds = std::env::var(ROUNDS.0).unwrap_or_else(|_| ROUNDS.1.to_owned());
    let mut measure = Command::new(project.python());
    measure.arg(root.join("lab/benches/kernel.py")).arg(project.cache()).arg(rounds).arg(&drawing);
    // Run by `cargo test`, a bench is to show no more than that it runs.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let status = measure.env("TIMELANES_STATE", state.path()).current_dir(state.path()).status()?;
    lab::kernel::host::standby::end_all(&project);
    if !status.success() {
        bail!("the measurement ended with an error ({status})");
    }
    run_lessons(&project)
}

/// Adds a line with the time of `cargo lab check` to the table.
fn run_lessons(project: &Project) -> Result<()> {
    let named = std::env::var(LESSONS).ok();
    let lessons: Vec<_> =
        named.iter().flat_map(|names| names.split(',')).filter(|name| !name.is_empty()).collect();
    if named.is_some() && lessons.is_empty() {
        return Ok(());
    }
    let mut check = Command::new(env!("CARGO_BIN_EXE_lab"));
    check.args(["check", "--json"]).args(lessons).current_dir(project.root());
    let start = Instant::now();
    let output = check.stderr(Stdio::inherit()).output()?;
    let seconds = start.elapsed().as_secs();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let count = report["lessons"].as_array().map_or(0, Vec::len);
    println!("| {count} lessons headless, {} faults | | {seconds} | |", report["faults"]);
    Ok(())
}
