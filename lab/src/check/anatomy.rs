//! Rules on a lesson's parts: which there must be, and where.

use super::course;
use super::exercise;
use super::fault::{Fault, FaultKind};
use super::lesson::{Kind, Lesson};
use super::markdown;
use crate::project::SETUP_CELL;

/// The most minutes that a lesson may take.
const MINUTES: u32 = 45;
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
    faults.extend(further(lesson));
    faults
}

/// What is worth saying and not wrong.
pub fn notes(lesson: &Lesson) -> Vec<String> {
    let mut notes = Vec::new();
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
        (
            minutes(&header.text).is_some_and(|minutes| minutes <= MINUTES),
            format!("how many minutes it takes, {MINUTES} at most (`40 minutes`)"),
        ),
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

fn minutes(text: &str) -> Option<u32> {
    let words: Vec<_> = text.split_whitespace().collect();
    words.windows(2).filter(|pair| pair[1].starts_with("minute")).find_map(|pair| pair[0].parse().ok())
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
    let last = lesson.main_path().iter().rfind(|cell| cell.kind == Kind::Code)?;
    let misplaced = !last.has_tag("complete") && lesson.count(Kind::Code, "complete") > 0;
    let what = "the last code cell above Further is not the one tagged `complete`";
    misplaced.then(|| last.fault(FaultKind::MissingPart, what))
}

/// What may be skipped comes last, says so, and asks nothing.
fn further(lesson: &Lesson) -> Vec<Fault> {
    let Some(at) = lesson.further() else { return Vec::new() };
    let (before, further) = lesson.cells.split_at(at);
    let asks = further.iter().find(|cell| cell.is(Kind::Code, "exercise"));
    let checks = [
        (
            before.iter().any(|cell| cell.has_tag("recap"))
                && before.iter().any(|cell| cell.has_tag("complete")),
            &further[0],
            "Further stands above the recap or the cell tagged `complete`",
        ),
        (
            further[0].source.to_lowercase().contains("skip"),
            &further[0],
            "Further does not say that it can be skipped",
        ),
        (asks.is_none(), asks.unwrap_or(&further[0]), "an exercise stands below Further"),
    ];
    let wrong = checks.into_iter().filter(|(right, ..)| !right);
    wrong.map(|(_, cell, what)| cell.fault(FaultKind::Further, what)).collect()
}
