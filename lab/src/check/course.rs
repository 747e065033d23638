//! The notebooks that are there, and the lessons a person asked for among them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::fault::{Fault, FaultKind};
use super::lesson::{Kind, Lesson};
use super::markdown;

/// All notebooks of the course, sorted by name.
#[derive(Debug)]
pub struct Course {
    folder: PathBuf,
    notebooks: Vec<PathBuf>,
}

/// What another lesson's links need to know of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `01-one-waiter.ipynb`
    pub file: String,
    /// `01 · One waiter, three customers`
    pub title: String,
}

impl Course {
    /// The notebooks in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let problem = || format!("the lessons' folder {} cannot be read", folder.display());
        let mut notebooks = Vec::new();
        for entry in std::fs::read_dir(folder).with_context(problem)? {
            let path = entry.with_context(problem)?.path();
            if path.extension().is_some_and(|extension| extension == "ipynb") {
                notebooks.push(path);
            }
        }
        notebooks.sort();
        Ok(Self { folder: folder.to_owned(), notebooks })
    }

    /// The lessons' folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every notebook.
    pub fn notebooks(&self) -> &[PathBuf] {
        &self.notebooks
    }

    /// The notebook that a person means by a number, a name, a file name or a path.
    ///
    /// # Errors
    /// When none is meant: the fault lists those there.
    pub fn find(&self, asked: &Path) -> Result<&Path, Fault> {
        let canonical = asked.canonicalize().ok();
        let found = self.notebooks.iter().find(|path| {
            canonical.is_some() && path.canonicalize().ok() == canonical
                || is_called(path, &asked.to_string_lossy())
        });
        found.map(PathBuf::as_path).ok_or_else(|| {
            let there: Vec<_> = self.notebooks.iter().map(|path| stem(path)).collect();
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            let what =
                format!("there is no lesson {:?} in {}", asked.display().to_string(), self.folder.display());
            Fault::new(FaultKind::UnknownLesson, format!("{what}; there are: {there}"))
        })
    }

    /// The lessons that can be read, in the order they are read.
    pub fn lessons(&self) -> Vec<Lesson> {
        let well_named = self.notebooks.iter().filter(|path| is_well_named(path));
        well_named.filter_map(|path| Lesson::read(path).ok()).collect()
    }

    /// The lessons in the order they are read, for the links between them. Misnamed files have no place in it.
    pub fn entries(&self) -> Vec<Entry> {
        self.notebooks.iter().filter(|path| is_well_named(path)).map(|path| entry(path)).collect()
    }
}

fn entry(path: &Path) -> Entry {
    let title = Lesson::read(path).ok().and_then(|lesson| {
        let header = lesson.find(Kind::Markdown, "header").or(lesson.cells.first())?;
        markdown::title(&header.source)
    });
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Entry { file, title: title.unwrap_or_else(|| stem(path)) }
}

/// Whether a file is named NN-name.
pub fn is_well_named(path: &Path) -> bool {
    let name = stem(path);
    let Some((number, words)) = name.split_once('-') else { return false };
    number.len() == 2
        && number.bytes().all(|b| b.is_ascii_digit())
        && !words.is_empty()
        && words.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_called(path: &Path, asked: &str) -> bool {
    let name = stem(path);
    let number = name.split_once('-').map_or("", |(number, _)| number);
    let asked_number = asked.bytes().all(|b| b.is_ascii_digit()).then(|| asked.parse::<u32>().ok()).flatten();
    asked == name
        || Some(asked) == path.file_name().and_then(|file| file.to_str())
        || asked_number.is_some() && asked_number == number.parse().ok()
}

/// The file's name without `.ipynb`.
pub fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_named_by_two_digits_and_words() {
        for good in ["00-start-here.ipynb", "17-choose.ipynb"] {
            assert!(is_well_named(Path::new(good)), "{good}");
        }
        for bad in ["Untitled.ipynb", "1-one.ipynb", "01_one.ipynb", "01-.ipynb", "01-One.ipynb"] {
            assert!(!is_well_named(Path::new(bad)), "{bad}");
        }
    }

    #[test]
    fn a_lesson_answers_to_its_number_and_names() {
        let path = Path::new("/course/notebooks/01-one-waiter.ipynb");
        for asked in ["01", "1", "01-one-waiter", "01-one-waiter.ipynb"] {
            assert!(is_called(path, asked), "{asked}");
        }
        for asked in ["", "02", "one-waiter", "011"] {
            assert!(!is_called(path, asked), "{asked}");
        }
    }
}
