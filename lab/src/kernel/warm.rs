//! A kernel's own copy of the warm folder, in which the support crate is built already.
//!
//! Two kernels cannot share a folder. Each copy holds a file that its kernel keeps locked: a copy whose file is not
//! locked was left by a kernel that crashed, and the next kernel removes it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::client;
use crate::project::Project;
use crate::setup::lock::Lock;
use crate::setup::{Place, files, sources, warm};

/// The file that a kernel and its host keep locked.
pub(crate) const OWNER: &str = "owner.lock";
/// What the name of a file that a front keeps locked begins with.
const FRONT: &str = "front-";
/// The names, in a kernel's workspace, of outlines of the standard library, and of its whole sources.
const STD: &str = "std";
const WHOLE_STD: &str = "std-whole";
const ALL: &str = "copies.lock";

/// The folder of one kernel; removed on drop.
#[derive(Debug)]
pub struct WarmFolder {
    place: Place,
    owner: Lock,
    // Dropped last, after the lock's file is closed.
    folder: TempDir,
}

impl WarmFolder {
    /// A copy for one kernel. When the warm folder is missing or out of date, it still starts, from an older one or
    /// from nothing, and says on stderr why that is slower.
    ///
    /// # Errors
    /// When there is no Rust, or the cache cannot be written.
    pub fn take(project: &Project) -> Result<Self> {
        let place = Place::of(project)?;
        let folders = copies(project);
        let (owner, folder) = {
            let _all = Lock::quietly(&folders, ALL, false)?;
            sweep(&folders)?;
            let folder = TempDir::with_prefix_in("kernel-", &folders)
                .with_context(|| format!("{} cannot be written", folders.display()))?;
            (Lock::quietly(folder.path(), OWNER, false)?, folder)
        };
        let copy = Self { place, owner, folder };
        copy.fill()?;
        copy.link_sources()?;
        Ok(copy)
    }

    /// An empty folder of one kernel, in which `folder` becomes a warm one.
    ///
    /// # Errors
    /// When it cannot be locked.
    pub(crate) fn around(place: &Place, folder: TempDir) -> Result<Self> {
        let owner = Lock::quietly(folder.path(), OWNER, false)?;
        let warm = Self { place: place.clone(), owner, folder };
        warm.link_sources()?;
        Ok(warm)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// What to hand the kernel as its standard input, so that the folder counts as used while it lives.
    pub(crate) fn owner(&self) -> std::io::Result<File> {
        self.owner.share()
    }

    pub(crate) fn crate_folder(&self) -> PathBuf {
        self.work().join(warm::CRATE)
    }

    pub(crate) fn config_folder(&self) -> PathBuf {
        self.work().join(warm::CONFIG)
    }

    /// Outlines of the standard library's sources, if they can be used.
    pub(crate) fn sources(&self) -> Option<PathBuf> {
        Some(self.work().join(STD)).filter(|folder| folder.join("core").is_dir())
    }

    /// The workspace of the kernel's crate.
    pub(crate) fn work(&self) -> PathBuf {
        self.path().join("work")
    }

    /// The kernel reads outlines of the standard library under a name in its own folder, so that they can be replaced
    /// by the whole sources while it runs.
    #[cfg(unix)]
    fn link_sources(&self) -> Result<()> {
        let (outlines, whole) = (sources::outlined(&self.place)?, sources::folder(&self.place));
        for (name, folder) in [(STD, outlines), (WHOLE_STD, whole)] {
            let link = self.work().join(name);
            files::remove(&link)?;
            if let Some(folder) = folder {
                files::create(&self.work())?;
                std::os::unix::fs::symlink(folder, link)?;
            }
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn link_sources(&self) -> Result<()> {
        Ok(())
    }

    fn fill(&self) -> Result<()> {
        // Shared with other kernels; set-up, which replaces warm folders, waits.
        let _reading = warm::reading(&self.place)?;
        match warm::newest(&self.place) {
            Some((from, is_current)) => {
                warm::copy(&from, &self.work())?;
                if is_current {
                    return warm::vouch(&self.work());
                }
                eprintln!("the support crate or Rust changed since the set-up: this start is slower");
                warm::renew_answers(&self.place, &self.work())?;
                warm::write_workspace(&self.place, &self.work())
            }
            None => {
                eprintln!(
                    "the support crate is not built yet: this start takes longer; `cargo lab setup` does it once"
                );
                warm::write_workspace(&self.place, &self.work())
            }
        }
    }
}

/// From now on the kernel whose workspace is `work` reads whole sources of the standard library.
pub fn use_whole_sources(work: &Path) {
    // Without it, it reads them already.
    let _ = fs::rename(work.join(WHOLE_STD), work.join(STD));
}

/// How many kernels run, in all checkouts that use this cache.
///
/// # Errors
/// When the cache cannot be read.
pub fn running(project: &Project) -> Result<usize> {
    let folders = copies(project);
    if !folders.is_dir() {
        return Ok(0);
    }
    let _all = Lock::quietly(&folders, ALL, false)?;
    let mut running = 0;
    for (folder, is_folder) in files::entries(&folders)? {
        running += usize::from(is_folder && Lock::try_take(&folder, OWNER)?.is_none());
    }
    Ok(running)
}

/// The file, in the folder of all copies, that a front keeps locked for as long as it needs its kernel.
///
/// # Errors
/// When the cache cannot be written.
pub(crate) fn front(project: &Project) -> Result<(PathBuf, Lock)> {
    let folders = copies(project);
    let _all = Lock::quietly(&folders, ALL, false)?;
    let name = format!("{FRONT}{}.lock", client::random());
    let lock = Lock::quietly(&folders, &name, false)?;
    Ok((folders.join(name), lock))
}

/// The folder of all copies.
pub fn copies(project: &Project) -> PathBuf {
    project.cache().join("kernels")
}

/// Ends what a crashed kernel left running: a cell that never ends does not notice that its kernel is gone.
#[cfg(target_os = "linux")]
fn end_all_in(folder: &Path) {
    use nix::sys::signal::{Signal, kill};
    let mark = format!("EVCXR_TMPDIR={}/", folder.display());
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|variable| variable.starts_with(mark.as_bytes())) {
            let _ = kill(nix::unistd::Pid::from_raw(id), Signal::SIGKILL);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn end_all_in(_folder: &Path) {}

/// Waits until the kernel in `folder`, whose host was killed, has ended with it, and removes what it leaves.
pub(crate) fn remove_left(folder: &Path) {
    let _owner = Lock::quietly(folder, OWNER, false);
    end_all_in(folder);
    let start = Instant::now();
    // They may still end in it.
    while files::remove(folder).is_err() && start.elapsed() < Duration::from_secs(5) {
        thread::sleep(Duration::from_millis(20));
    }
}

/// Removes what crashed kernels and fronts left.
fn sweep(folders: &Path) -> Result<()> {
    for (path, is_folder) in files::entries(folders)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_folder && Lock::try_take(&path, OWNER)?.is_some() {
            end_all_in(&path);
            // They may still end in it; what they leave goes next time.
            let _ = fs::remove_dir_all(&path);
        } else if name.starts_with(FRONT) && Lock::try_take(folders, &name)?.is_some() {
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}
