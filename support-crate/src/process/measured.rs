//! A process that is measured from outside: a program, or a copy of this process.

use std::process::Command;
use std::time::Duration;

use nix::unistd::Pid;

use super::orphans::Orphans;
use super::output::Output;
use super::owned::Process;
use super::{Ending, Usage, fork, program};
use crate::error::Error;
use crate::machine::now;
use crate::record::Recorder;

/// The most bytes of a file that a measured program may write.
const LARGEST_FILE: u64 = 64 << 20;

/// A process that is measured. At its limit it is killed; so it is when this is dropped. All that it started and that lives on
/// goes with it.
pub(crate) struct Measuring {
    process: Process,
    stderr: Option<Output>,
    begun: u64,
    /// Dropped after the process.
    _orphans: Orphans,
}

/// What became of a process; moments in nanoseconds of the shared clock.
pub(crate) struct Measured {
    pub ending: Ending,
    /// The beginning of what it printed.
    pub stdout: String,
    /// The beginning of what it complained of; of a copy, that stands in `stdout`.
    pub stderr: String,
    /// Nothing where somebody else has waited for it.
    pub usage: Usage,
    pub begun: u64,
    pub ended: u64,
}

impl Measuring {
    /// Starts `command`, which may take `limit`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn program(command: &mut Command, limit: Duration) -> std::io::Result<Self> {
        let output = || Output::new().map_err(|error| std::io::Error::other(error.to_string()));
        let (stdout, stderr, orphans, begun) = (output()?, output()?, Orphans::adopt(), now());
        let pid = program::start(command, &stdout, &stderr, LARGEST_FILE)?;
        Ok(Self::of(pid, limit, (stdout, Some(stderr)), orphans, begun))
    }

    /// Does `life` in a copy of this process, which may take `limit` and ends with the code that `life` gives.
    ///
    /// # Errors
    /// When this process has other threads, or the system gives no further process.
    pub fn copy(limit: Duration, life: impl FnOnce() -> i32) -> Result<Self, Error> {
        let (stdout, orphans, begun) = (Output::new()?, Orphans::adopt(), now());
        let pid = fork::fork(&stdout, life)?;
        Ok(Self::of(pid, limit, (stdout, None), orphans, begun))
    }

    fn of(
        pid: Pid,
        limit: Duration,
        (stdout, stderr): (Output, Option<Output>),
        orphans: Orphans,
        begun: u64,
    ) -> Self {
        let process = Process::new(pid, Recorder::with_limit("a process", limit), None, stdout);
        Self { process, stderr, begun, _orphans: orphans }
    }

    /// Waits for its end.
    pub fn ends(self) -> Measured {
        let ending = self.process.wait();
        Measured {
            ending,
            ended: now(),
            stdout: self.process.output().text,
            stderr: self.stderr.map_or_else(String::new, |stderr| stderr.printed().text),
            usage: self.process.usage().unwrap_or_default(),
            begun: self.begun,
        }
    }
}
