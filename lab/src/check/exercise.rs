//! Exercises: a starter, the check that judges it, and the solution below.

use super::fault::{Fault, FaultKind};
use super::lesson::{Kind, Lesson};
use super::markdown;

/// Where an exercise's cells are in the lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    /// The lesson's number and its own among the exercises: `01.2`.
    pub name: String,
    /// Index of the starter.
    pub starter: usize,
    /// Index of the cell that judges it.
    pub check: usize,
    /// The code in the solution.
    pub solution: String,
}

/// The exercises that are complete, in order.
pub fn exercises(lesson: &Lesson) -> Vec<Exercise> {
    starters(lesson).filter_map(|(name, starter)| exercise_at(lesson, name, starter).ok()).collect()
}

/// Every exercise's name, counted from 1 in the order they stand, and the index of its starter.
pub fn starters(lesson: &Lesson) -> impl Iterator<Item = (String, usize)> {
    let starters = (0..lesson.cells.len()).filter(|index| lesson.cells[*index].is(Kind::Code, "exercise"));
    starters.enumerate().map(|(count, index)| (format!("{}.{}", lesson.number(), count + 1), index))
}

fn exercise_at(lesson: &Lesson, name: String, starter: usize) -> Result<Exercise, &'static str> {
    let cell = |index: usize| lesson.cells.get(index);
    if !cell(starter + 1).is_some_and(|cell| cell.is(Kind::Code, "check")) {
        return Err("the exercise is not followed by a code cell tagged `check`");
    }
    let Some(solution) = cell(starter + 2).filter(|cell| cell.is(Kind::Markdown, "solution")) else {
        return Err("the exercise's check is not followed by a markdown cell tagged `solution`");
    };
    let Some(solution) = markdown::folded_rust(&solution.source) else {
        return Err("the solution has no ```rust block inside <details>");
    };
    Ok(Exercise { name, starter, check: starter + 1, solution })
}

/// Exercises that are not complete, and parts of none.
pub fn faults(lesson: &Lesson) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut belongs = vec![false; lesson.cells.len() + 3];
    for (name, index) in starters(lesson) {
        let cell = &lesson.cells[index];
        belongs[index + 1] = true;
        belongs[index + 2] = true;
        faults.extend(
            exercise_at(lesson, name, index)
                .err()
                .map(|what| cell.fault(FaultKind::IncompleteExercise, what)),
        );
    }
    let strays = lesson.cells.iter().enumerate().filter(|(index, cell)| {
        !belongs[*index] && (cell.is(Kind::Code, "check") || cell.is(Kind::Markdown, "solution"))
    });
    faults.extend(strays.map(|(_, cell)| {
        cell.fault(
            FaultKind::IncompleteExercise,
            "the cell is tagged as part of an exercise, and follows none",
        )
    }));
    faults
}
