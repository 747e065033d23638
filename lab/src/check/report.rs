//! What `check` found: a table and every fault for people, JSON for machines.

use std::fmt::Write;

use console::{Alignment, measure_text_width, pad_str};
use serde::Serialize;

use super::fault::Fault;

/// The version of the JSON. It is raised when a field changes its meaning or goes; new fields do not raise it.
const FORMAT: u32 = 1;

/// What was found in one lesson.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LessonReport {
    /// The file's name without `.ipynb`, or what was asked for when there is no such lesson.
    pub lesson: String,
    /// How many cells it has.
    pub cells: usize,
    /// How long its cells ran, each once; nothing when it was not run.
    pub seconds: Option<f64>,
    /// How many figures were displayed, each cell run once.
    pub figures: usize,
    /// How many exercises it has that are complete.
    pub exercises: usize,
    /// What came of the answers that were tried; nothing when the lesson was not run.
    pub answers: Option<Tally>,
    /// What `--fix` mended.
    pub mended: Vec<String>,
    /// What is worth saying and not wrong.
    pub notes: Vec<String>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// How many answers were tried, and how many of them were judged as they should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Wrong answers and cheats.
    pub wrong: usize,
    /// Those of them that their check refused, saying what it saw.
    pub refused: usize,
    /// Right answers beside the solution.
    pub right: usize,
    /// Those of them that their check accepted.
    pub accepted: usize,
}

/// What was found in all lessons that were asked for.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What is wrong with the course as a whole; looked at when all lessons were asked for.
    pub course: Vec<Fault>,
    /// In the order asked for.
    pub lessons: Vec<LessonReport>,
}

/// The whole of the JSON.
#[derive(Serialize)]
struct Json<'a> {
    format: u32,
    faults: usize,
    answers: Tally,
    course: &'a [Fault],
    lessons: &'a [LessonReport],
}

impl Report {
    /// How many faults there are in all.
    pub fn fault_count(&self) -> usize {
        self.course.len() + self.lessons.iter().map(|lesson| lesson.faults.len()).sum::<usize>()
    }

    /// What came of the answers to all lessons that were run.
    pub fn tally(&self) -> Tally {
        let tried = self.lessons.iter().filter_map(|lesson| lesson.answers);
        tried.fold(Tally::default(), |sum, tally| Tally {
            wrong: sum.wrong + tally.wrong,
            refused: sum.refused + tally.refused,
            right: sum.right + tally.right,
            accepted: sum.accepted + tally.accepted,
        })
    }

    /// The report for machines; the fields are described at [`check`](crate::check).
    ///
    /// # Errors
    /// When it cannot be serialized, which would be a mistake in this program.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Json {
            format: FORMAT,
            faults: self.fault_count(),
            answers: self.tally(),
            course: &self.course,
            lessons: &self.lessons,
        })
    }

    /// The report for people.
    pub fn to_text(&self) -> String {
        let mut text = self.table();
        for lesson in &self.lessons {
            for line in &lesson.mended {
                let _ = writeln!(text, "\n{}: mended: {line}", lesson.lesson);
            }
            for note in &lesson.notes {
                let _ = writeln!(text, "\n{}: note: {note}", lesson.lesson);
            }
            for fault in &lesson.faults {
                text += "\n";
                text += &fault_text(&lesson.lesson, fault);
            }
        }
        for fault in &self.course {
            text += "\n";
            text += &fault_text("the course", fault);
        }
        if self.lessons.iter().any(|lesson| lesson.answers.is_some()) {
            let Tally { wrong, refused, right, accepted } = self.tally();
            let _ = writeln!(
                text,
                "\nwrong answers refused {refused} of {wrong}, right ones accepted {accepted} of {right}"
            );
        }
        let (lessons, faults) = (self.lessons.len(), self.fault_count());
        let _ = writeln!(
            text,
            "\nlessons: {lessons}, faults: {}",
            if faults == 0 { "none".into() } else { faults.to_string() }
        );
        text
    }

    fn table(&self) -> String {
        let mut rows =
            vec![["lesson", "cells", "seconds", "figures", "exercises", "faults"].map(str::to_owned)];
        rows.extend(self.lessons.iter().map(|lesson| {
            let seconds = lesson.seconds.map_or("not run".to_owned(), |seconds| format!("{seconds:.1}"));
            let faults =
                if lesson.faults.is_empty() { "none".to_owned() } else { lesson.faults.len().to_string() };
            let [cells, figures, exercises] =
                [lesson.cells, lesson.figures, lesson.exercises].map(|number| number.to_string());
            [lesson.lesson.clone(), cells, seconds, figures, exercises, faults]
        }));
        let mut text = String::new();
        for row in &rows {
            for (column, field) in row.iter().enumerate() {
                let width = rows.iter().map(|row| measure_text_width(&row[column])).max().unwrap_or(0);
                let side = if column == 0 { Alignment::Left } else { Alignment::Right };
                text += &pad_str(field, width, side, None);
                text += if column + 1 < row.len() { "  " } else { "\n" };
            }
        }
        text
    }
}

fn fault_text(lesson: &str, fault: &Fault) -> String {
    let mut text = lesson.to_owned();
    if let Some(cell) = &fault.cell {
        let id = cell.id.as_deref().unwrap_or("none");
        let _ = write!(text, ", cell {} (id {id}): {}", cell.number, cell.line);
    }
    let _ = writeln!(text, "\n  {}: {}", fault.kind.name(), fault.what);
    for line in fault.text.iter().flat_map(|quoted| quoted.lines()) {
        let _ = writeln!(text, "  | {line}");
    }
    let _ = writeln!(text, "  → {}", fault.kind.mend());
    text
}
