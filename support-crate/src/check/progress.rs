//! What the learner has tried, passed and completed: one small JSON file in the project's ignored state.
//!
//! The folder is `TIMELANES_STATE`, or `.timelanes` at the top of the checkout the notebook lies in. A file that
//! cannot be read is set aside, never overwritten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::error::Error;

/// Tries and successes by exercise ("01.2"), and the lessons completed ("01").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Failing tries so far, by exercise; they choose the hint.
    pub failures: BTreeMap<String, u64>,
    /// Exercises passed once.
    pub passed: BTreeSet<String>,
    /// Lessons read to the end.
    pub completed: BTreeSet<String>,
}

impl Progress {
    /// Reads the progress, lets `change` alter it, and keeps it, as one step even beside another notebook.
    /// The changed progress comes back also when it could not be kept, so that a verdict is shown all the same.
    pub fn update(change: impl FnOnce(&mut Self)) -> (Self, Result<(), Error>) {
        match folder() {
            Some(folder) => Self::update_in(&folder, change),
            None => {
                let mut progress = Self::default();
                change(&mut progress);
                let because = "no checkout of timelanes is around this folder".to_owned();
                (progress, Err(Error::File { what: "progress is not kept".to_owned(), because }))
            }
        }
    }

    fn update_in(folder: &Path, change: impl FnOnce(&mut Self)) -> (Self, Result<(), Error>) {
        let file = folder.join("progress.json");
        let lock = fs::create_dir_all(folder).and_then(|()| File::create(folder.join("progress.lock")));
        let locked = lock.and_then(|lock| lock.lock().map(|()| lock));
        let mut progress = Self::read(&file);
        change(&mut progress);
        let kept = locked.and_then(|_lock| progress.write(&file)).map_err(|error| Error::File {
            what: format!("progress cannot be kept in {}", folder.display()),
            because: error.to_string(),
        });
        (progress, kept)
    }

    /// What was kept so far; nothing when there is no file yet.
    pub fn current() -> Self {
        folder().map(|folder| Self::read(&folder.join("progress.json"))).unwrap_or_default()
    }

    fn read(file: &Path) -> Self {
        let Ok(text) = fs::read_to_string(file) else { return Self::default() };
        serde_json::from_str(&text).ok().and_then(|kept| Self::from_json(&kept)).unwrap_or_else(|| {
            // Set aside what somebody may still want to mend by hand; without it the learner starts anew.
            let _ = fs::rename(file, file.with_extension("unreadable"));
            Self::default()
        })
    }

    fn write(&self, file: &Path) -> std::io::Result<()> {
        let text = json!({"failures": self.failures, "passed": self.passed, "completed": self.completed});
        let beside = file.with_extension("new");
        let mut out = File::create(&beside)?;
        writeln!(out, "{text:#}")?;
        out.sync_all()?;
        fs::rename(beside, file)
    }

    fn from_json(kept: &Value) -> Option<Self> {
        let names = |key: &str| -> Option<BTreeSet<String>> {
            kept.get(key)?.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let failures = kept.get("failures")?.as_object()?;
        let failures = failures.iter().map(|(name, count)| Some((name.clone(), count.as_u64()?)));
        Some(Self {
            failures: failures.collect::<Option<_>>()?,
            passed: names("passed")?,
            completed: names("completed")?,
        })
    }
}

fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("TIMELANES_STATE") {
        return Some(folder.into());
    }
    let here = std::env::current_dir().ok()?;
    let is_checkout =
        |folder: &&Path| folder.join("support-crate").is_dir() && folder.join("notebooks").is_dir();
    here.ancestors().find(is_checkout).map(|root| root.join(".timelanes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("timelanes-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn what_was_passed_is_there_the_next_time() {
        let folder = fresh("kept");
        for _ in 0..2 {
            let (_, kept) = Progress::update_in(&folder, |progress| {
                *progress.failures.entry("01.1".to_owned()).or_default() += 1;
                progress.passed.insert("01.2".to_owned());
            });
            kept.unwrap();
        }
        let progress = Progress::read(&folder.join("progress.json"));
        assert_eq!(progress.failures["01.1"], 2);
        assert!(progress.passed.contains("01.2"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_read_is_set_aside_and_not_lost() {
        let folder = fresh("broken");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("progress.json"), "{ half a file").unwrap();
        let (progress, kept) = Progress::update_in(&folder, |_| ());
        kept.unwrap();
        assert_eq!(progress, Progress::default());
        assert_eq!(fs::read_to_string(folder.join("progress.unreadable")).unwrap(), "{ half a file");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn many_at_once_lose_no_try() {
        let folder = fresh("many");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let count = |progress: &mut Progress| {
                            *progress.failures.entry("x".to_owned()).or_default() += 1
                        };
                        Progress::update_in(&folder, count).1.unwrap();
                    }
                });
            }
        });
        assert_eq!(Progress::read(&folder.join("progress.json")).failures["x"], 80);
        fs::remove_dir_all(folder).unwrap();
    }
}
