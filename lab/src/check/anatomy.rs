//! Rules on a lesson's parts: which there must be, where, and how long they may be.

use super::course;
use super::exercise;
use super::fault::{Fault, FaultKind};
use super::lesson::{Cell, Kind, Lesson};
use super::markdown;
use crate::project::SETUP_CELL;

/// The longest code cell, in lines.
const CODE_LINES: usize = 20;
/// The longest text between two code cells, in words.
const PROSE_WORDS: usize = 160;
/// How many code cells a lesson aims at.
const CODE_CELLS: std::ops::RangeInclusive<usize> = 8..=14;
/// Markdown that has its own measure, or is folded away.
const NOT_PROSE: [&str; 4] = ["header", "nav", "solution", "recap"];
/// The tags that mean something to `check`; others are Jupyter's or the author's own.
const TAGS: [&str; 13] = [
    "header",
    "nav",
    "setup",
    "predict",
    "figure",
    "vary",
    "exercise",
    "check",
    "solution",
    "recap",
    "complete",
    "expects-stderr",
    "raises-exception",
];

/// Every fault of the lesson's parts.
pub fn faults(lesson: &Lesson) -> Vec<Fault> {
    if lesson.cells.is_empty() {
        return Vec::new();
    }
    let mut faults = header(lesson);
    faults.extend(setup(lesson));
    faults.extend(parts(lesson));
    faults.extend(last_cell(lesson));
    faults.extend(exercise::faults(lesson));
    faults.extend(lesson.code().filter_map(long_code));
    faults.extend(long_prose(lesson));
    faults
}

/// What is worth saying and not wrong.
pub fn notes(lesson: &Lesson) -> Vec<String> {
    let mut notes = Vec::new();
    let count = lesson.code().count();
    if !CODE_CELLS.contains(&count) {
        notes.push(format!(
            "{count} code cells; lessons aim at {} to {}",
            CODE_CELLS.start(),
            CODE_CELLS.end()
        ));
    }
    for cell in &lesson.cells {
        for tag in cell.tags.iter().filter(|tag| !TAGS.contains(&tag.as_str())) {
            notes.push(format!("cell {}: the tag `{tag}` means nothing here", cell.number));
        }
    }
    notes
}

fn header(lesson: &Lesson) -> Vec<Fault> {
    let first = &lesson.cells[0];
    if !first.is(Kind::Markdown, "header") {
        return vec![first.fault(FaultKind::Header, "the first cell is not a markdown cell tagged `header`")];
    }
    let header = markdown::header(&first.source);
    let number = course::stem(&lesson.path).chars().take(2).collect::<String>();
    let titled =
        |title: &String| title.strip_prefix(&format!("{number} · ")).is_some_and(|rest| !rest.is_empty());
    let needs = ["first lesson", "nothing needed", "needs nothing", "after 0", "after 1"];
    let checks = [
        (header.title.as_ref().is_some_and(titled), format!("a title `# {number} · …`")),
        (header.question.is_some(), "the lesson's question in italics, with its ?".into()),
        (says_minutes(&header.text), "how many minutes it takes (`40 minutes`)".into()),
        (
            needs.iter().any(|n| header.text.contains(n)),
            "what comes first (`after 04`, or `first lesson`)".into(),
        ),
        (header.text.contains("able to"), "what you will be able to do".into()),
    ];
    let missing: Vec<_> = checks.into_iter().filter(|(there, _)| !there).map(|(_, part)| part).collect();
    let what = format!("the header does not have: {}", missing.join("; "));
    if missing.is_empty() { Vec::new() } else { vec![first.fault(FaultKind::Header, what)] }
}

fn says_minutes(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    words
        .windows(2)
        .any(|pair| pair[0].ends_with(|c: char| c.is_ascii_digit()) && pair[1].starts_with("minute"))
}

fn setup(lesson: &Lesson) -> Option<Fault> {
    let kind = FaultKind::SetupDiffers;
    let Some(first) = lesson.code().next() else {
        return Some(Fault::new(kind, "there is no set-up cell: the lesson has no code cell at all"));
    };
    if !first.has_tag("setup") {
        Some(first.fault(kind, "the first code cell is not tagged `setup`"))
    } else if first.source != SETUP_CELL {
        Some(
            first
                .fault(kind, "the set-up cell is not the one of all lessons")
                .quoting(&format!("it should be:\n{SETUP_CELL}")),
        )
    } else {
        None
    }
}

/// The parts that are there or not, wherever they stand.
fn parts(lesson: &Lesson) -> Vec<Fault> {
    let wanted = [
        (Kind::Code, "predict", 1..=usize::MAX),
        (Kind::Code, "figure", 1..=usize::MAX),
        (Kind::Markdown, "vary", 1..=usize::MAX),
        (Kind::Markdown, "recap", 1..=1),
        (Kind::Code, "complete", 1..=1),
        (Kind::Code, "exercise", exercises_wanted(lesson)),
    ];
    let missing = wanted.into_iter().filter_map(|(kind, tag, range)| {
        let count = lesson.count(kind, tag);
        let what = match kind {
            Kind::Code => "code",
            _ => "markdown",
        };
        let said = || match (range.start(), range.end()) {
            (low, &usize::MAX) => format!("at least {low}"),
            (low, high) if low == high => format!("exactly {low}"),
            (low, high) => format!("{low} to {high}"),
        };
        let text = || format!("{count} {what} cells are tagged `{tag}`, {} wanted", said());
        (!range.contains(&count)).then(|| Fault::new(FaultKind::MissingPart, text()))
    });
    missing.collect()
}

/// Lesson 00 is the way in, and may have a single exercise.
fn exercises_wanted(lesson: &Lesson) -> std::ops::RangeInclusive<usize> {
    if lesson.file_name().starts_with("00-") { 1..=3 } else { 2..=3 }
}

fn last_cell(lesson: &Lesson) -> Option<Fault> {
    let last = lesson.code().last()?;
    let misplaced = !last.has_tag("complete") && lesson.count(Kind::Code, "complete") > 0;
    misplaced
        .then(|| last.fault(FaultKind::MissingPart, "the last code cell is not the one tagged `complete`"))
}

fn long_code(cell: &Cell) -> Option<Fault> {
    let lines = cell.source.lines().count();
    let what = || format!("the cell has {lines} lines; at most {CODE_LINES} are read with pleasure");
    (lines > CODE_LINES).then(|| cell.fault(FaultKind::LongCell, what()))
}

fn long_prose(lesson: &Lesson) -> Vec<Fault> {
    let mut faults = Vec::new();
    for stretch in lesson.cells.split(|cell| cell.kind == Kind::Code) {
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
