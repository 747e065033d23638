//! One at a time: a lock on a file, which the system gives back when its owner ends, however it ends.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result};

use super::files;

/// A held lock.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Takes the lock `name` in `folder`, and says so when another `cargo lab` has to be waited for.
    ///
    /// # Errors
    /// When the lock's file cannot be written, or the system cannot lock it.
    pub fn take(folder: &Path, name: &str) -> Result<Self> {
        let file = open(folder, name)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("another `cargo lab` is setting up; this one goes on when it is done …");
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error).context("a file cannot be locked"),
        }
        Ok(Self(file))
    }

    /// Takes the lock, or gives nothing when another has it.
    ///
    /// # Errors
    /// When the lock's file cannot be written, or the system cannot lock it.
    pub fn try_take(folder: &Path, name: &str) -> Result<Option<Self>> {
        let file = open(folder, name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).context("a file cannot be locked"),
        }
    }

    /// Takes the lock without a word; `shared` lets others share it.
    ///
    /// # Errors
    /// When the lock's file cannot be written, or the system cannot lock it.
    pub fn quietly(folder: &Path, name: &str, shared: bool) -> Result<Self> {
        let file = open(folder, name)?;
        if shared { file.lock_shared() } else { file.lock() }.context("a file cannot be locked")?;
        Ok(Self(file))
    }

    /// The same lock once more, for a child process to hold.
    ///
    /// # Errors
    /// When the system has no file descriptor left.
    pub fn share(&self) -> std::io::Result<File> {
        self.0.try_clone()
    }
}

fn open(folder: &Path, name: &str) -> Result<File> {
    files::create(folder)?;
    let path = folder.join(name);
    let file = File::options().create(true).truncate(false).write(true).read(true).open(&path);
    file.with_context(|| format!("{} cannot be written", path.display()))
}
