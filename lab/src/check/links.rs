//! Links: back and next, written from the lessons that are there; and all others, which must lead somewhere.

use super::course::{Course, Entry};
use super::fault::{Fault, FaultKind};
use super::lesson::{self, Cell, Kind, Lesson};
use super::markdown;

/// The line that every `nav` cell of this lesson holds.
pub fn navigation(file: &str, entries: &[Entry]) -> String {
    let at = entries.iter().position(|entry| entry.file == file);
    let previous = at.and_then(|at| at.checked_sub(1)).map(|at| &entries[at]);
    let next = at.and_then(|at| entries.get(at + 1));
    let map = entries.first().filter(|entry| entry.file.starts_with("00-") && entry.file != file);
    let parts = [
        previous.map(|entry| format!("[← {}]({})", escaped(&entry.title), entry.file)),
        // In lesson 01 the way back is the way to the map.
        map.filter(|map| Some(*map) != previous).map(|entry| format!("[Map of the course]({})", entry.file)),
        next.map(|entry| format!("[{} →]({})", escaped(&entry.title), entry.file)),
    ];
    let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    if line.is_empty() { "The only lesson so far.".into() } else { line }
}

/// A title as the text of a link.
pub fn escaped(title: &str) -> String {
    title.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// Every fault of the lesson's links.
pub fn faults(lesson: &Lesson, course: &Course) -> Vec<Fault> {
    let mut faults = nav_faults(lesson, course);
    let readable = lesson.cells.iter().filter(|cell| cell.kind == Kind::Markdown && !cell.has_tag("nav"));
    faults.extend(readable.flat_map(|cell| broken(cell, course)));
    faults.extend(
        lesson.cells.iter().filter(|cell| !cell.has_tag("nav")).flat_map(|cell| unknown(cell, course)),
    );
    faults
}

/// Lessons that the cell names by number and that are not there.
fn unknown(cell: &Cell, course: &Course) -> Vec<Fault> {
    let text = if cell.kind == Kind::Markdown { markdown::text(&cell.source) } else { cell.source.clone() };
    let is_there = |number: &String| course.notebooks().iter().any(|path| lesson::number(path) == *number);
    let lost = mentions(&text).into_iter().filter(|number| !is_there(number));
    lost.map(|number| cell.fault(FaultKind::BrokenLink, format!("there is no lesson {number}"))).collect()
}

/// The numbers in "lesson 05", "lessons 05, 06 and 11".
fn mentions(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut expecting = false;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_number = bare.len() == 2 && bare.bytes().all(|byte| byte.is_ascii_digit());
        if expecting && is_number {
            numbers.push(bare.to_owned());
        }
        let goes_on = is_number && !word.ends_with(['.', ';', ':']) || ["and", "or", "to"].contains(&bare);
        expecting = matches!(bare, "lesson" | "lessons" | "Lesson" | "Lessons") || expecting && goes_on;
    }
    numbers
}

fn nav_faults(lesson: &Lesson, course: &Course) -> Vec<Fault> {
    let wanted = navigation(&lesson.file_name(), &course.entries());
    let mut faults = Vec::new();
    for (index, name) in nav_places(lesson.cells.len()) {
        match lesson.cells.get(index) {
            Some(cell) if cell.is(Kind::Markdown, "nav") => {}
            Some(cell) => {
                let what = format!("the {name} cell is not a markdown cell tagged `nav`");
                faults.push(cell.fault(FaultKind::BrokenNav, what));
            }
            None => {
                faults.push(Fault::new(FaultKind::BrokenNav, format!("there is no {name} cell tagged `nav`")))
            }
        }
    }
    let wrong = lesson.cells.iter().filter(|cell| cell.is(Kind::Markdown, "nav") && cell.source != wanted);
    faults.extend(wrong.map(|cell| {
        let what = "the links back and next are not those of the lessons that are there";
        cell.fault(FaultKind::BrokenNav, what).quoting(&format!("wanted: {wanted}"))
    }));
    faults
}

/// Where the two navigation cells stand.
fn nav_places(cells: usize) -> Vec<(usize, &'static str)> {
    match cells {
        0 => Vec::new(),
        1 | 2 => vec![(1, "second")],
        _ => vec![(1, "second"), (cells - 1, "last")],
    }
}

fn broken(cell: &Cell, course: &Course) -> Vec<Fault> {
    let targets = markdown::links(&cell.source);
    let lost = targets.iter().filter(|target| leads_nowhere(target, course));
    lost.map(|target| cell.fault(FaultKind::BrokenLink, format!("the link to `{target}` leads to no file")))
        .collect()
}

fn leads_nowhere(target: &str, course: &Course) -> bool {
    let path = target.split(['#', '?']).next().unwrap_or("");
    let elsewhere = path.is_empty() || path.starts_with('/') || path.contains(':');
    !elsewhere && !course.folder().join(percent_decoded(path)).exists()
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.filter(|_| *first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: usize) -> Vec<Entry> {
        let entry = |n| Entry { file: format!("0{n}-l.ipynb"), title: format!("0{n} · L") };
        (0..count).map(entry).collect()
    }

    #[test]
    fn the_links_go_by_the_lessons_that_are_there() {
        assert_eq!(navigation("00-l.ipynb", &entries(1)), "The only lesson so far.");
        assert_eq!(navigation("00-l.ipynb", &entries(2)), "[01 · L →](01-l.ipynb)");
        assert_eq!(navigation("01-l.ipynb", &entries(3)), "[← 00 · L](00-l.ipynb) · [02 · L →](02-l.ipynb)");
        assert_eq!(
            navigation("02-l.ipynb", &entries(3)),
            "[← 01 · L](01-l.ipynb) · [Map of the course](00-l.ipynb)"
        );
    }

    #[test]
    fn lessons_are_named_by_number() {
        let text =
            "In lesson 05, (lessons 06 and\n11) you wait; Lesson 12. 30 guests had lesson plans, 14 of them.";
        assert_eq!(mentions(text), ["05", "06", "11", "12"]);
    }

    #[test]
    fn percent_signs_are_read_as_bytes() {
        assert_eq!(percent_decoded("a%20b%C3%A9%"), "a bé%");
    }
}
