//! The map of the course: the lessons that are there, and what the learner has completed.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::progress::Progress;
use crate::display::{escape, show};
use crate::error::Error;

/// The lessons that are there, in order, with the learner's progress; shows itself as a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    stops: Vec<Stop>,
    note: Option<String>,
}

/// One lesson on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stop {
    number: String,
    title: String,
    file: String,
    exercises: usize,
    solved: usize,
    completed: bool,
}

/// The map of the course, read from the notebooks beside this one.
///
/// # Errors
/// When the folder of the notebooks cannot be read.
pub fn course() -> Result<Course, Error> {
    Ok(Course { stops: stops(&folder()?, &Progress::current())?, note: None })
}

/// Marks the lesson called `number` ("01") as completed, and shows the map.
///
/// # Errors
/// When there is no such lesson, or the folder of the notebooks cannot be read.
pub fn complete(number: &str) -> Result<Course, Error> {
    let folder = folder()?;
    let there: Vec<String> =
        stops(&folder, &Progress::default())?.into_iter().map(|stop| stop.number).collect();
    if !there.iter().any(|lesson| lesson == number) {
        let because = format!("there are {}", there.join(", "));
        return Err(Error::NotPossible { what: format!("completing a lesson \"{number}\""), because });
    }
    let (progress, kept) = Progress::update(|progress| {
        progress.completed.insert(number.to_owned());
    });
    Ok(Course { stops: stops(&folder, &progress)?, note: kept.err().map(|error| error.to_string()) })
}

/// JupyterLab starts a kernel in its notebook's folder.
fn folder() -> Result<PathBuf, Error> {
    std::env::current_dir().map_err(|error| Error::File {
        what: "the folder of this notebook cannot be read".to_owned(),
        because: error.to_string(),
    })
}

fn stops(folder: &Path, progress: &Progress) -> Result<Vec<Stop>, Error> {
    let fault = |error: std::io::Error| Error::File {
        what: format!("the lessons in {} cannot be listed", folder.display()),
        because: error.to_string(),
    };
    let files = std::fs::read_dir(folder).map_err(fault)?.filter_map(Result::ok).map(|entry| entry.path());
    let mut stops: Vec<Stop> = files.filter_map(|file| stop(&file, progress)).collect();
    stops.sort_by(|one, other| one.number.cmp(&other.number));
    Ok(stops)
}

/// The lesson in `file`; `None` for anything that is not called like one or cannot be read as a notebook.
fn stop(file: &Path, progress: &Progress) -> Option<Stop> {
    let name = file.file_name()?.to_str()?;
    let number = name.get(..2).filter(|number| number.bytes().all(|letter| letter.is_ascii_digit()))?;
    if !name.ends_with(".ipynb") {
        return None;
    }
    let notebook: Value = serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()?;
    let cells = notebook.get("cells")?.as_array()?;
    let heading =
        source(cells.first()?).lines().find_map(|line| line.strip_prefix("# ").map(str::to_owned))?;
    let title = heading.split_once(" · ").map_or(heading.clone(), |(_, title)| title.to_owned());
    let solved =
        progress.passed.iter().filter(|exercise| exercise.starts_with(&format!("{number}."))).count();
    let exercises = cells.iter().filter(|cell| has_tag(cell, "exercise")).count();
    Some(Stop {
        number: number.to_owned(),
        title,
        file: name.to_owned(),
        exercises,
        solved: solved.min(exercises),
        completed: progress.completed.contains(number),
    })
}

/// A cell's source, which a notebook keeps as one string or as a list of lines.
fn source(cell: &Value) -> String {
    match cell.get("source") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

fn has_tag(cell: &Value, tag: &str) -> bool {
    let tags = cell.pointer("/metadata/tags").and_then(Value::as_array);
    tags.is_some_and(|tags| tags.iter().any(|known| known == tag))
}

impl Course {
    /// The map in words, a line for each lesson.
    pub fn text(&self) -> String {
        let line = |stop: &Stop| {
            let done = if stop.completed { "✓" } else { "·" };
            format!("{done} {} {} ({} of {} exercises)", stop.number, stop.title, stop.solved, stop.exercises)
        };
        let lines = self.stops.iter().map(line).chain(self.note.clone());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The map as a table with links.
    pub fn html(&self) -> String {
        let row = |stop: &Stop| {
            let done = if stop.completed { "✓ completed" } else { "" };
            format!(
                "<tr><td>{}</td><td style=\"text-align:left\"><a href=\"{}\">{}</a></td><td>{} of {}</td>\
                 <td style=\"text-align:left\">{done}</td></tr>",
                stop.number,
                escape(&stop.file),
                escape(&stop.title),
                stop.solved,
                stop.exercises
            )
        };
        let rows: String = self.stops.iter().map(row).collect();
        let note = self.note.as_deref().map(|note| format!("<p>{}</p>", escape(note))).unwrap_or_default();
        format!(
            "<table class=\"timelanes-course\"><thead><tr><th></th><th style=\"text-align:left\">lesson</th>\
             <th>exercises</th><th></th></tr></thead><tbody>{rows}</tbody></table>{note}"
        )
    }

    /// Shows the map in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        show(&[("text/html", &self.html()), ("text/plain", &self.text())]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_goes_by_the_notebooks_that_are_there() {
        let folder = std::env::temp_dir().join(format!("timelanes-map-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let lesson = |title: &str| {
            serde_json::json!({"cells": [
                {"cell_type": "markdown", "source": [format!("# {title}\n"), "*Why?*"]},
                {"cell_type": "code", "source": "", "metadata": {"tags": ["exercise"]}}
            ]})
            .to_string()
        };
        std::fs::write(folder.join("01-b.ipynb"), lesson("01 · Two <cakes>")).unwrap();
        std::fs::write(folder.join("00-a.ipynb"), lesson("00 · Start")).unwrap();
        std::fs::write(folder.join("notes.ipynb"), "{}").unwrap();
        std::fs::write(folder.join("02-c.ipynb"), "not JSON").unwrap();
        let mut progress = Progress::default();
        progress.completed.insert("00".to_owned());
        progress.passed.insert("01.1".to_owned());
        let course = Course { stops: stops(&folder, &progress).unwrap(), note: None };
        assert_eq!(course.text(), "✓ 00 Start (0 of 1 exercises)\n· 01 Two <cakes> (1 of 1 exercises)");
        assert!(course.html().contains("Two &lt;cakes&gt;"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
