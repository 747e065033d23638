//! The file for a peer's lanes: in memory, under a path that every process of the same user can open for as long as this one
//! has it. Nothing is left behind, however anybody ends.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;

use nix::sys::memfd::{MFdFlags, memfd_create};

use crate::error::Error;

/// A file without a name.
pub(super) struct MemoryFile(File);

impl MemoryFile {
    /// # Errors
    /// When the system gives none.
    pub fn new() -> Result<Self, Error> {
        let file = memfd_create(c"timelanes", MFdFlags::MFD_CLOEXEC).map_err(|error| Error::File {
            what: "a file in memory".to_owned(),
            because: error.to_string(),
        })?;
        Ok(Self(file.into()))
    }

    /// With this text in it.
    ///
    /// # Errors
    /// When the system gives none, or no room in it.
    pub fn of(text: &str) -> Result<Self, Error> {
        let file = Self::new()?;
        (&file.0).write_all(text.as_bytes()).map_err(|error| Error::File {
            what: "a file in memory".to_owned(),
            because: error.to_string(),
        })?;
        Ok(file)
    }

    /// Where others find it.
    pub fn path(&self) -> String {
        // As `/proc` counts, which in a container may be another number than the process's own.
        let own = std::fs::read_link("/proc/self").unwrap_or_default();
        format!("/proc/{}/fd/{}", own.display(), self.0.as_raw_fd())
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.metadata().is_ok_and(|about| about.len() == 0)
    }
}
