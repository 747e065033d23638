//! Rules on the file: its name, its kernel, its ids, nothing saved that a run put there.

use std::collections::HashSet;

use super::course;
use super::fault::{Fault, FaultKind};
use super::lesson::{Cell, Lesson};

/// The kernel's name in `kernelspec`, and the one JupyterLab shows.
const KERNEL: (&str, &str) = ("rust", "Rust (timelanes)");

/// Every fault of the file itself.
pub fn faults(lesson: &Lesson) -> Vec<Fault> {
    let mut faults = Vec::new();
    faults.extend(name(lesson));
    faults.extend(kernel(lesson));
    if lesson.cells.is_empty() {
        faults.push(Fault::new(FaultKind::Empty, "the notebook has no cells"));
    }
    faults.extend(
        lesson.cells.iter().filter(|cell| cell.ran).map(|cell| {
            cell.fault(FaultKind::Outputs, "outputs or an execution count are saved with the cell")
        }),
    );
    faults.extend(ids(lesson));
    faults
}

fn name(lesson: &Lesson) -> Option<Fault> {
    let what = || format!("`{}` is not a lesson's name", lesson.file_name());
    (!course::is_well_named(&lesson.path)).then(|| Fault::new(FaultKind::Misnamed, what()))
}

fn kernel(lesson: &Lesson) -> Option<Fault> {
    let text = |pointer: &str| lesson.json.pointer(pointer).and_then(|value| value.as_str()).unwrap_or("");
    let name = text("/metadata/kernelspec/name");
    let shown = text("/metadata/kernelspec/display_name");
    let language = text("/metadata/language_info/name");
    // The kernel calls its language "Rust", and JupyterLab saves what the kernel says.
    let right = (name, shown) == KERNEL && language.eq_ignore_ascii_case("rust");
    let what = || {
        format!(
            "the notebook is for the kernel {name:?} ({shown:?}, language {language:?}), \
             not for \"rust\" (\"Rust (timelanes)\", language \"rust\")"
        )
    };
    (!right).then(|| Fault::new(FaultKind::WrongKernel, what()))
}

fn ids(lesson: &Lesson) -> Vec<Fault> {
    let mut seen = HashSet::new();
    lesson.cells.iter().filter_map(|cell| wrong_id(cell, &mut seen)).collect()
}

fn wrong_id<'a>(cell: &'a Cell, seen: &mut HashSet<&'a str>) -> Option<Fault> {
    match cell.id.as_deref() {
        None => Some(cell.fault(FaultKind::MissingId, "the cell has no id")),
        Some(id) if !is_id(id) => Some(
            cell.fault(FaultKind::MissingId, format!("{id:?} is no id: 1 to 64 of a–z, A–Z, 0–9, - and _")),
        ),
        Some(id) if !seen.insert(id) => {
            Some(cell.fault(FaultKind::DoubledId, format!("an earlier cell has the id {id:?} too")))
        }
        Some(_) => None,
    }
}

/// Whether nbformat 4.5 allows this id.
pub fn is_id(id: &str) -> bool {
    nbformat::v4::CellId::new(id).is_ok()
}

/// Whether the lesson is for another kernel altogether, so that it makes no sense to run it.
pub fn is_for_another_kernel(lesson: &Lesson) -> bool {
    lesson.json.pointer("/metadata/kernelspec/name").and_then(|name| name.as_str()) != Some(KERNEL.0)
}
