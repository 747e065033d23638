//! The little process beside each kernel: it waits for the kernel's end, however it comes, and cleans up; when
//! Jupyter ends without ending its kernel, it ends the kernel.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::Result;

use super::warm;

/// How often to look. Rare, for this runs beside measurements.
const LOOK: Duration = Duration::from_millis(500);

/// What to watch.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The kernel's folder.
    folder: PathBuf,
    /// The kernel's process.
    #[arg(long)]
    kernel: u32,
    /// Whether that process leads a group, which is killed with it.
    #[arg(long)]
    group: bool,
    /// The process that started the kernel.
    #[arg(long)]
    parent: u32,
}

/// Starts the watch over `warm` for this process, which is about to become its kernel, and hands the folder to it.
///
/// # Errors
/// When it cannot be started.
#[cfg(unix)]
pub(super) fn start(warm: &super::WarmFolder) -> Result<()> {
    use nix::unistd::{getpgrp, getpid, getppid};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};

    let mut watch = Command::new(std::env::current_exe()?);
    watch.arg("kernel-watch").arg(warm.path());
    watch.args(["--kernel", &getpid().to_string(), "--parent", &getppid().to_string()]);
    if getpgrp() == getpid() {
        watch.arg("--group");
    }
    watch.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    watch.process_group(0).spawn()?;
    Ok(())
}

/// `cargo lab kernel-watch`.
///
/// # Errors
/// When the folder cannot be removed.
pub fn run(options: &Options) -> Result<()> {
    while !warm::is_unused(&options.folder) {
        if !is_there(options.parent) {
            kill(options.kernel, options.group);
        }
        thread::sleep(LOOK);
    }
    if options.group {
        // The process that ran the cells, and what the cells started.
        crate::process::kill(options.kernel);
    }
    remove(&options.folder)
}

/// Processes that were just killed may still write.
fn remove(folder: &Path) -> Result<()> {
    for _ in 0..10 {
        if crate::setup::files::remove(folder).is_ok() {
            return Ok(());
        }
        thread::sleep(LOOK);
    }
    crate::setup::files::remove(folder)
}

#[cfg(unix)]
fn is_there(process: u32) -> bool {
    let Ok(process) = i32::try_from(process) else { return false };
    // 1 is whoever adopts orphans: then the parent was gone before the watch began.
    process > 1
        && nix::sys::signal::kill(nix::unistd::Pid::from_raw(process), None) != Err(nix::errno::Errno::ESRCH)
}

#[cfg(unix)]
fn kill(process: u32, group: bool) {
    if group {
        crate::process::kill(process);
    } else if let Ok(process @ 2..) = i32::try_from(process) {
        let _ =
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(process), nix::sys::signal::Signal::SIGKILL);
    }
}

#[cfg(not(unix))]
fn is_there(_process: u32) -> bool {
    true
}

#[cfg(not(unix))]
fn kill(_process: u32, _group: bool) {}
