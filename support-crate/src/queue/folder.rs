//! The temporary folder of a queue. The process that made it removes it; one that is left behind because that process
//! was killed is removed by the next queue.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::machine::now;

const PREFIX: &str = "timelanes-queue-";
/// A file that its maker, and the children it forks, keep locked as long as they live (`flock(2)`).
const OWNER: &str = "owner";

/// A folder that is removed when it is dropped by the process that made it.
pub(super) struct Folder {
    path: PathBuf,
    maker: u32,
    _owner: File,
}

impl Folder {
    /// An empty folder among the system's temporary ones.
    ///
    /// # Errors
    /// When none can be made.
    pub fn new() -> io::Result<Self> {
        sweep();
        let (maker, moment) = (std::process::id(), now());
        let called = |prefix: &str| std::env::temp_dir().join(format!("{prefix}{maker}-{moment}"));
        // It has its name once it is locked, so that nobody takes it for one that was left behind.
        let (making, path) = (called("timelanes-making-"), called(PREFIX));
        let owner = make(&making).and_then(|owner| fs::rename(&making, &path).map(|()| owner))?;
        Ok(Self { path, maker, _owner: owner })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.maker == std::process::id() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Makes the folder, nobody else's, with its owner's file.
fn make(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)?;
    let owner = File::create_new(path.join(OWNER))?;
    owner.lock()?;
    Ok(owner)
}

/// Removes what processes that are gone have left behind.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let owner = is_ours.then(|| File::open(entry.path().join(OWNER)));
        let Some(Ok(owner)) = owner else { continue };
        if !matches!(owner.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
