//! Files and folders that are either whole or not there: made under another name, then renamed.

use std::fs::{self, File, FileTimes};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// What a folder that is being made is called; what an ended process left of them goes with the next set-up.
const UNFINISHED: &str = ".unfinished-";
/// The file that says a folder is whole; written last.
const STAMP: &str = "complete";

/// Whether `folder` was finished.
pub fn is_whole(folder: &Path) -> bool {
    folder.join(STAMP).is_file()
}

/// Makes `folder` by `fill`, under another name until it is whole.
///
/// # Errors
/// When `fill` fails, or the folder cannot be written; then nothing is left of it.
pub fn make_whole(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let unfinished = unfinished(folder.parent().context("a folder of the cache has a parent")?)?;
    let made = unfinished.path().join("made");
    create(&made)?;
    fill(&made)?;
    finish(&made, folder)
}

/// An empty folder in `parent` to make something in; what ended processes left of such is removed.
///
/// # Errors
/// When it cannot be made.
pub fn unfinished(parent: &Path) -> Result<TempDir> {
    create(parent)?;
    remove_unfinished(parent)?;
    TempDir::with_prefix_in(UNFINISHED, parent).with_context(|| cannot_write(parent))
}

/// Makes `made` the whole `folder`.
///
/// # Errors
/// When something cannot be written.
pub fn finish(made: &Path, folder: &Path) -> Result<()> {
    fs::write(made.join(STAMP), "").with_context(|| cannot_write(made))?;
    remove(folder)?;
    fs::rename(made, folder).with_context(|| cannot_write(folder))
}

/// Writes `contents` to `file`, which has them all or stays as it was.
///
/// # Errors
/// When the file cannot be written.
pub fn write_whole(file: &Path, contents: &[u8]) -> Result<()> {
    let parent = file.parent().context("a file has a folder")?;
    create(parent)?;
    let mut unfinished = tempfile::NamedTempFile::new_in(parent).with_context(|| cannot_write(parent))?;
    std::io::Write::write_all(&mut unfinished, contents).with_context(|| cannot_write(file))?;
    unfinished.persist(file).with_context(|| cannot_write(file))?;
    Ok(())
}

/// Makes `folder` and those it lies in.
///
/// # Errors
/// When it cannot be made.
pub fn create(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| cannot_write(folder))
}

/// Removes a folder or file; one that is not there is fine.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(path: &Path) -> Result<()> {
    let result =
        if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// How something is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// Byte for byte.
    Whole,
    /// By a second name for the same file, where the system can do that.
    Linked,
    /// Not at all.
    Not,
}

/// Copies what is `wanted` of a folder, with the times of its files. Symbolic links stay behind.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    copy_or_link(from, to, &|path| if wanted(path) { Copied::Whole } else { Copied::Not })
}

/// Copies a folder, each path in it as `how` says, with the times of its files, by which cargo knows what it has built.
/// Symbolic links stay behind.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_or_link(from: &Path, to: &Path, how: &dyn Fn(&Path) -> Copied) -> Result<()> {
    create(to)?;
    for (path, is_folder) in entries(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        match how(&path) {
            Copied::Not => {}
            _ if path.is_symlink() => {}
            _ if is_folder => copy_or_link(&path, &target, how)?,
            Copied::Linked if fs::hard_link(&path, &target).is_ok() => {}
            _ => copy_file(&path, &target)?,
        }
    }
    Ok(())
}

/// Copies a file with its time.
///
/// # Errors
/// When it cannot be read or written.
pub fn copy_file(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))?;
    let modified = fs::metadata(from)?.modified()?;
    let file = File::options().append(true).open(to);
    // A read-only file keeps its new time: cargo then builds it once more.
    if let Ok(file) = file {
        file.set_times(FileTimes::new().set_modified(modified))?;
    }
    Ok(())
}

/// The paths in `folder`, in order, each with whether it is a folder.
///
/// # Errors
/// When it cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<(PathBuf, bool)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let entry = entry?;
        entries.push((entry.path(), entry.file_type()?.is_dir()));
    }
    entries.sort();
    Ok(entries)
}

/// The bytes that `path` takes, with all that lies in it.
pub fn size(path: &Path) -> u64 {
    let Ok(metadata) = path.symlink_metadata() else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    entries(path).unwrap_or_default().iter().map(|(path, _)| size(path)).sum()
}

/// Adds the names and contents of `path` to `hasher`.
///
/// # Errors
/// When something cannot be read.
pub fn hash(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if path.is_dir() {
        for (path, _) in entries(path)? {
            path.file_name().hash(hasher);
            hash(&path, hasher)?;
        }
    } else {
        hasher.write(&fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?);
    }
    Ok(())
}

/// A short name for `value`.
pub fn short_hash(value: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn remove_unfinished(parent: &Path) -> Result<()> {
    for (path, _) in entries(parent)? {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED)) {
            remove(&path)?;
        }
    }
    Ok(())
}

fn cannot_write(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}
