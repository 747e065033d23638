//! A place to run a lesson in: a copy of the lessons' folder, the support crate beside it, a state of its own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::answers;

/// The copy; it goes away with this value.
#[derive(Debug)]
pub struct Copy {
    root: TempDir,
}

impl Copy {
    /// Copies `notebooks` and links `support_crate` beside the copy. The kernel resolves the link, so that it
    /// finds the crate it has built before.
    ///
    /// # Errors
    /// When the folder for temporary files cannot take it.
    pub fn make(notebooks: &Path, support_crate: &Path) -> Result<Self> {
        let root = tempfile::Builder::new().prefix("timelanes-check-").tempdir();
        let copy = Self { root: root.context("no temporary folder could be made for the copies")? };
        fs::create_dir(copy.state())?;
        copy_folder(notebooks, &copy.notebooks())
            .with_context(|| format!("{} could not be copied", notebooks.display()))?;
        link(&support_crate.canonicalize()?, &copy.root.path().join("support-crate"))
            .context("the support crate could not be linked beside the copies")?;
        Ok(copy)
    }

    /// The copied lessons: the kernel's working folder.
    pub fn notebooks(&self) -> PathBuf {
        self.root.path().join("notebooks")
    }

    /// Where the lesson keeps "the learner's" progress during the check.
    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// How to reach the kernel.
    pub fn connection_file(&self) -> PathBuf {
        self.root.path().join("connection.json")
    }
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        // No cell reads the answers, and they are many.
        if entry.file_name() == ".ipynb_checkpoints" || entry.file_name() == answers::FOLDER {
            continue;
        }
        // A link is followed: what a lesson writes to must not be the learner's file.
        if fs::metadata(entry.path())?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn link(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, link)
}
