//! The kernel of the course beside ipykernel with matplotlib doing the same steps, in one run, by a client that nobody
//! here wrote (`kernel.py`, beside this file, through jupyter_client).
//!
//! To reach on two quiet cores: first figure at most 1.5 times Python's with a standby and 4 times without, 0.25 s from an
//! edited cell to its figure, 300 MB for a kernel, ten kernels' first figures in 30 s.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use lab::project::Project;
use lab::setup::{self, files};

/// What the Python side draws with; installed beside what cargo built, and for this bench alone.
const DRAWS: &str = "matplotlib==3.10.7";
/// How often each step is taken.
const ROUNDS: &str = "3";

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
    let mut measure = Command::new(project.python());
    measure.arg(root.join("lab/benches/kernel.py")).arg(project.cache()).arg(ROUNDS).arg(&drawing);
    // Run by `cargo test`, a bench is to show no more than that it runs.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let status = measure.env("TIMELANES_STATE", state.path()).current_dir(state.path()).status()?;
    lab::kernel::host::standby::end_all(&project);
    if !status.success() {
        bail!("the measurement ended with an error ({status})");
    }
    Ok(())
}
