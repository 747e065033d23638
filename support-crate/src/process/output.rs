//! Where a child's standard output goes: into a file in memory, read when the child has ended.
//!
//! Not a pipe: a child that prints more than a pipe holds would stop until somebody reads, and the parent may be
//! busy with the learner's code.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, Signal, signal};

use crate::error::Error;

/// The most a child may write to its output, in bytes. Beyond, its writes fail.
const MOST: u64 = 4 << 20;
/// The most that is kept to be shown, in bytes.
const KEPT: usize = 16 << 10;

/// A child's standard output and standard error, in the order they were written.
pub(super) struct Output(File);

impl Output {
    /// # Errors
    /// When the system gives no file in memory.
    pub fn new() -> Result<Self, Error> {
        let file = memfd_create(c"output of a child", MFdFlags::MFD_CLOEXEC);
        let file = file.map(File::from).map_err(|error| Error::NotPossible {
            what: "catching what a child prints".to_owned(),
            because: format!("the system gives no file in memory ({error})"),
        })?;
        Ok(Self(file))
    }

    /// A second handle, for a program that is to write into it.
    pub fn another(&self) -> std::io::Result<File> {
        self.0.try_clone()
    }

    pub fn file(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// The beginning of what was written, and how many bytes more there are.
    pub fn text(&self) -> (String, u64) {
        let written = self.0.metadata().map_or(0, |data| data.len());
        let mut bytes = vec![0; (written as usize).min(KEPT)];
        let read = self.0.read_at(&mut bytes, 0).unwrap_or(0);
        bytes.truncate(read);
        (String::from_utf8_lossy(&bytes).into_owned(), written - read as u64)
    }
}

/// In the child: bounds what it can write, to its output or to any other file, and leaves no core dump.
/// Calls nothing but the system, so it may be used between fork and exec.
pub(super) fn bound() -> nix::Result<()> {
    // SAFETY: ignoring a signal installs no handler. Beyond the bound, writes then fail with EFBIG.
    unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) }?;
    setrlimit(Resource::RLIMIT_FSIZE, MOST, MOST)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)
}
