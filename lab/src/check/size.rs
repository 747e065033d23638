//! How long a lesson may be: its cells, their lines, its words. What stands below Further is not counted.

use super::fault::{Fault, FaultKind};
use super::lesson::{Cell, Kind, Lesson};
use super::markdown;

/// The most code cells on the main path; guesses, checks and the first and the last cell are not counted.
const CODE_CELLS: usize = 12;
/// The longest code cell, in lines.
const CODE_LINES: usize = 20;
/// The longest check cell, in lines: nobody has to read it.
const CHECK_LINES: usize = 40;
/// What half of a lesson's code cells do not exceed, in lines.
const MEDIAN_LINES: usize = 6;
/// The longest text between two code cells, in words.
const PROSE_WORDS: usize = 120;
/// How many words a lesson has.
const WORDS: std::ops::RangeInclusive<usize> = 1_000..=1_600;
/// Markdown that has its own measure, or is folded away.
const NOT_PROSE: [&str; 4] = ["header", "nav", "solution", "recap"];

/// What is longer than a reader has patience for.
pub fn faults(lesson: &Lesson) -> Vec<Fault> {
    let mut faults: Vec<_> = too_many_cells(lesson).into_iter().collect();
    faults.extend(lesson.main_path().iter().filter_map(long_code));
    faults.extend(long_prose(lesson));
    faults
}

/// What a good lesson has, and a lesson may do without.
pub fn notes(lesson: &Lesson) -> Vec<String> {
    let mut notes = Vec::new();
    let words = words(lesson);
    // Lesson 00 is the way in: it may be short.
    if words > *WORDS.end() || words < *WORDS.start() && lesson.number() != "00" {
        notes.push(format!("{words} words; lessons aim at {} to {}", WORDS.start(), WORDS.end()));
    }
    let mut lines: Vec<_> = lesson
        .main_path()
        .iter()
        .filter(|cell| is_counted(cell))
        .map(|cell| cell.source.lines().count())
        .collect();
    lines.sort_unstable();
    let median = lines.get(lines.len() / 2).copied().unwrap_or(0);
    if median > MEDIAN_LINES {
        notes.push(format!(
            "half of the code cells have {median} lines or more; lessons aim at {MEDIAN_LINES}"
        ));
    }
    notes
}

/// Whether a learner has to read the code to follow the lesson.
fn is_counted(cell: &Cell) -> bool {
    let is_guess = cell.has_tag("predict") && !cell.has_tag("figure");
    cell.kind == Kind::Code
        && !is_guess
        && !["setup", "check", "complete"].iter().any(|tag| cell.has_tag(tag))
}

fn too_many_cells(lesson: &Lesson) -> Option<Fault> {
    let count = lesson.main_path().iter().filter(|cell| is_counted(cell)).count();
    let what = || {
        format!(
            "{count} code cells, without guesses, checks and set-up; at most {CODE_CELLS} fit into 45 minutes"
        )
    };
    (count > CODE_CELLS).then(|| Fault::new(FaultKind::TooManyCells, what()))
}

fn long_code(cell: &Cell) -> Option<Fault> {
    let most = if cell.has_tag("check") { CHECK_LINES } else { CODE_LINES };
    let lines = cell.source.lines().count();
    let what = || format!("the cell has {lines} lines; at most {most} are read with pleasure");
    (cell.kind == Kind::Code && lines > most).then(|| cell.fault(FaultKind::LongCell, what()))
}

fn long_prose(lesson: &Lesson) -> Vec<Fault> {
    let mut faults = Vec::new();
    for stretch in lesson.main_path().split(|cell| cell.kind == Kind::Code) {
        let prose =
            |cell: &&Cell| cell.kind == Kind::Markdown && !NOT_PROSE.iter().any(|tag| cell.has_tag(tag));
        let words: usize = stretch.iter().filter(prose).map(|cell| markdown::words(&cell.source)).sum();
        if let Some(first) = stretch.iter().find(prose).filter(|_| words > PROSE_WORDS) {
            let what =
                format!("{words} words stand here before the next code cell; at most {PROSE_WORDS} wanted");
            faults.push(first.fault(FaultKind::LongProse, what));
        }
    }
    faults
}

/// All that is read on the main path, the header and the recap with it.
fn words(lesson: &Lesson) -> usize {
    let read = |cell: &&Cell| cell.kind == Kind::Markdown && !cell.has_tag("nav");
    lesson.main_path().iter().filter(read).map(|cell| markdown::words(&cell.source)).sum()
}
