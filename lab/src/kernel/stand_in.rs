//! This program in the place of another, under whose name it was started.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;

/// Whether this program was started under `name`.
pub fn is_named(name: &str) -> bool {
    let path = std::env::args_os().next().map(PathBuf::from);
    path.is_some_and(|path| path.file_stem().is_some_and(|stem| stem == name))
}

/// Has this process become `command`, or on a system that cannot do that, waits for its end.
///
/// # Errors
/// When it cannot be started.
#[cfg(unix)]
pub fn become_it(command: &mut Command) -> Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(command).into())
}

/// Has this process become `command`, or on a system that cannot do that, waits for its end.
///
/// # Errors
/// When it cannot be started.
#[cfg(not(unix))]
pub fn become_it(command: &mut Command) -> Result<ExitCode> {
    let status = command.status()?;
    Ok(ExitCode::from(status.code().and_then(|code| code.try_into().ok()).unwrap_or(1)))
}
