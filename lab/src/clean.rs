//! Takes away what set-up added, and nothing of the learner's.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use indicatif::HumanBytes;

use crate::kernel::{host::standby, warm};
use crate::open;
use crate::project::Project;
use crate::setup::files;
use crate::setup::lock::Lock;

/// What the names of the cache's own files and folders begin with: nothing else is removed.
const OURS: [&str; 9] =
    ["kernel-", "kernels", "standby", "std-", "warm", "build", "setup.", ".unfinished-", "jupyter-"];

/// `cargo lab clean`: removes `.venv` and what lies in the cache, and says how much that freed. The learner's
/// notebooks and progress stay.
///
/// # Errors
/// While a kernel, JupyterLab or a set-up runs; when something cannot be removed.
pub fn run(project: &Project) -> Result<()> {
    standby::end_all(project);
    let running = warm::running(project)?;
    if running > 0 {
        bail!(
            "{running} Rust kernel(s) run: shut JupyterLab and `cargo lab check` down first, then run this again"
        );
    }
    let _locks = locks(project)?;
    let mut freed = 0;
    for path in ours(project)? {
        let size = files::size(&path);
        files::remove(&path)?;
        println!("removed {} ({})", path.display(), HumanBytes(size));
        freed += size;
    }
    // Only when it is empty: a folder named by TIMELANES_CACHE may hold other things.
    let _ = std::fs::remove_dir(project.cache());
    if freed == 0 {
        println!("there was nothing to remove");
    } else {
        println!("freed {}; notebooks and progress are as they were", HumanBytes(freed));
    }
    Ok(())
}

/// Keeps a set-up and JupyterLab from starting meanwhile.
fn locks(project: &Project) -> Result<Vec<Lock>> {
    let mut locks = Vec::new();
    for (folder, name) in
        [(project.cache(), "setup.lock"), (&project.state(), "setup.lock"), (&project.state(), open::LOCK)]
    {
        if !folder.is_dir() {
            continue;
        }
        match Lock::try_take(folder, name)? {
            Some(lock) => locks.push(lock),
            None if name == open::LOCK => {
                bail!("JupyterLab runs: end it (Ctrl-C where it was started), then run this again")
            }
            None => bail!("a set-up runs: let it end, then run this again"),
        }
    }
    Ok(locks)
}

fn ours(project: &Project) -> Result<Vec<PathBuf>> {
    let mut ours = vec![project.venv(), open::jupyter_folder(project)];
    if project.cache().is_dir() {
        ours.extend(
            files::entries(project.cache())?.into_iter().map(|(path, _)| path).filter(|path| is_ours(path)),
        );
    }
    ours.retain(|path| path.exists());
    Ok(ours)
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    OURS.iter().any(|ours| name.starts_with(ours))
}
