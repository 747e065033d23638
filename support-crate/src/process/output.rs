//! Where a child's standard output goes: into a file in memory, read when the child has ended.
//!
//! Not a pipe: a child that prints more than a pipe holds would stop until somebody reads, and the parent may be
//! busy with the learner's code.

use std::fs::File;
use std::io::Seek;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SigHandler, Signal, signal};

use crate::error::Error;

/// The most a child may print, in bytes. Beyond, printing fails.
pub(super) const MOST: u64 = 4 << 20;
/// The most that is kept to be shown, in bytes.
const KEPT: usize = 16 << 10;
/// The most bytes of any other file that a child may write, so that a loop without an end does not fill the disk.
pub(super) const LARGEST_FILE: u64 = 1 << 30;

/// A child's standard output and standard error, in the order they were written.
pub(super) struct Output(File);

/// What a child printed.
#[derive(Clone)]
pub(super) struct Printed {
    /// The beginning of it.
    pub text: String,
    /// Bytes that came after that.
    pub beyond: u64,
}

impl Output {
    /// # Errors
    /// When the system gives no file in memory.
    pub fn new() -> Result<Self, Error> {
        Self::sealed().map(Self).map_err(|error| Error::NotPossible {
            what: "catching what a child prints".to_owned(),
            because: format!("the system gives no file in memory ({error})"),
        })
    }

    /// A file in memory of the most there may be, which costs only what is written, and cannot grow.
    fn sealed() -> std::io::Result<File> {
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let file = File::from(memfd_create(c"output of a child", flags)?);
        file.set_len(MOST)?;
        fcntl(&file, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SHRINK))?;
        Ok(file)
    }

    /// A second handle, for a program that is to write into it.
    pub fn another(&self) -> std::io::Result<File> {
        self.0.try_clone()
    }

    pub fn file(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    pub fn printed(&self) -> Printed {
        // All handles share one position, which is where the last write ended.
        let written = (&self.0).stream_position().unwrap_or(0);
        let mut bytes = vec![0; (written as usize).min(KEPT)];
        let read = self.0.read_at(&mut bytes, 0).unwrap_or(0);
        bytes.truncate(read);
        Printed { text: String::from_utf8_lossy(&bytes).into_owned(), beyond: written - read as u64 }
    }
}

impl Printed {
    /// Whether there was no room for more.
    pub fn is_full(&self) -> bool {
        self.text.len() as u64 + self.beyond >= MOST
    }
}

/// In the child: bounds the files that it can write, and leaves no core dump. Calls nothing but the system, so it may be
/// used between fork and exec.
pub(super) fn bound(largest: u64) -> nix::Result<()> {
    // SAFETY: ignoring a signal installs no handler. Beyond the bound, writes then fail with EFBIG.
    unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) }?;
    setrlimit(Resource::RLIMIT_FSIZE, largest, largest)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)
}
