//! Check cells: folded away, opened with a line that says what they are, each judging its own exercise.

use super::exercise;
use super::fault::{Fault, FaultKind};
use super::lesson::{Cell, Kind, Lesson};

/// How the first line of a check cell begins, whatever exercise it judges.
pub const LINE: &str = "// Check of exercise";

/// The first line of the check cell of the exercise `name`. JupyterLab shows it in place of the folded source.
pub fn line(name: &str) -> String {
    format!("{LINE} {name}: run this cell with Shift + Enter")
}

/// Check cells that stand open, do not say what they are, or judge another exercise.
pub fn faults(lesson: &Lesson) -> Vec<Fault> {
    let checks = exercise::starters(lesson).filter_map(|(name, starter)| {
        let check = lesson.cells.get(starter + 1).filter(|cell| cell.is(Kind::Code, "check"))?;
        Some(faults_of(check, &name))
    });
    checks.flatten().collect()
}

fn faults_of(check: &Cell, name: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !check.hidden {
        faults.push(check.fault(FaultKind::OpenCheck, "the check cell's source is not folded away"));
    }
    let line = line(name);
    if check.source.lines().next() != Some(&line) {
        let what = "the check cell does not begin with the line that says what it is";
        faults.push(check.fault(FaultKind::OpenCheck, what).quoting(&format!("wanted: {line}")));
    }
    if !check.source.contains(&format!("exercise(\"{name}\")")) {
        let what = format!("the check cell does not judge `exercise(\"{name}\")`");
        faults.push(check.fault(FaultKind::OtherExercise, what));
    }
    faults
}
