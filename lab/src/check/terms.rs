//! The terms a lesson defines, in the list at the end of its recap, and whether its text uses them.

use super::course::Course;
use super::fault::{Fault, FaultKind};
use super::lesson::{Cell, Kind, Lesson};
use super::{glossary, markdown};

/// The heading above the list.
pub const HEADING: &str = "### Terms";
/// How an item of the list is written.
const FORM: &str = "- **term**: what it means.";

/// A word of the field, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub term: String,
    /// Markdown, on one line.
    pub means: String,
}

/// The terms in the lesson's recap, or what is wrong with their list.
///
/// # Errors
/// When there is no list, or an item in it is not written as a term.
pub fn terms(lesson: &Lesson) -> Result<Vec<Term>, String> {
    let recap = lesson.find(Kind::Markdown, "recap").map_or("", |cell| &cell.source);
    let mut lines = recap.lines().skip_while(|line| line.trim_end() != HEADING).skip(1).peekable();
    if lines.peek().is_none() {
        return Err(format!("the recap has no list of terms below a heading `{HEADING}`"));
    }
    let terms: Vec<_> = items(lines).iter().map(|item| term(item)).collect::<Result<_, _>>()?;
    if terms.is_empty() { Err(format!("no term stands below `{HEADING}`")) } else { Ok(terms) }
}

/// The items of the first list in `lines`, each on one line.
fn items<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut after_blank = false;
    for line in lines {
        match (line.strip_prefix("- "), line.trim(), items.last_mut()) {
            (Some(item), ..) => items.push(item.trim().to_owned()),
            (None, "", _) => {}
            (None, more, Some(item)) if !after_blank || line.starts_with("  ") => {
                *item += &format!(" {more}")
            }
            _ => break,
        }
        after_blank = line.trim().is_empty();
    }
    items
}

fn term(item: &str) -> Result<Term, String> {
    let parts = item.strip_prefix("**").and_then(|rest| rest.split_once("**"));
    let parts =
        parts.and_then(|(term, rest)| Some((term.trim(), rest.trim_start().strip_prefix(':')?.trim())));
    match parts {
        Some((term, means)) if !term.is_empty() && !means.is_empty() => {
            Ok(Term { term: term.to_owned(), means: means.to_owned() })
        }
        _ => Err(format!("an item below `{HEADING}` is not written as `{FORM}`: {item}")),
    }
}

/// Terms that are missing, not in the text, or defined in an earlier lesson too.
pub fn faults(lesson: &Lesson, course: &Course) -> Vec<Fault> {
    let Some(recap) = lesson.find(Kind::Markdown, "recap") else { return Vec::new() };
    let terms = match terms(lesson) {
        Ok(terms) => terms,
        Err(what) => return vec![recap.fault(FaultKind::Terms, what)],
    };
    let earlier = earlier(lesson, course);
    let text = words(&open_text(lesson));
    let mut faults = Vec::new();
    for (index, Term { term, .. }) in terms.iter().enumerate() {
        if !is_in(&words(term), &text) {
            let what = format!("the term **{term}** does not stand in the lesson's text above the recap");
            faults.push(recap.fault(FaultKind::Terms, what));
        }
        let same = |other: &&(String, String)| other.1.to_lowercase() == term.to_lowercase();
        if let Some((place, _)) = earlier.iter().find(same) {
            let what = format!("the term **{term}** is defined in lesson {place} too");
            faults.push(recap.fault(FaultKind::DoubledTerm, what));
        } else if terms[..index].iter().any(|other| other.term.to_lowercase() == term.to_lowercase()) {
            faults.push(recap.fault(FaultKind::DoubledTerm, format!("the term **{term}** is defined twice")));
        }
    }
    faults.extend(no_way_to_the_glossary(lesson));
    faults
}

/// Lesson and term of all definitions in the lessons before this one.
fn earlier(lesson: &Lesson, course: &Course) -> Vec<(String, String)> {
    let lessons = course.lessons();
    let before = lessons.iter().take_while(|other| other.number() < lesson.number());
    let defined = before.flat_map(|other| {
        terms(other).unwrap_or_default().into_iter().map(|term| (other.number(), term.term))
    });
    defined.collect()
}

fn no_way_to_the_glossary(lesson: &Lesson) -> Option<Fault> {
    let leads_there = |cell: &Cell| markdown::links(&cell.source).iter().any(|link| link == glossary::FILE);
    let missing = lesson.number() == "00" && !lesson.cells.iter().any(leads_there);
    let what = || format!("lesson 00 has no link to the glossary, `{}`", glossary::FILE);
    missing.then(|| Fault::new(FaultKind::Terms, what()))
}

/// What is read on the main path above the recap.
fn open_text(lesson: &Lesson) -> String {
    let is_read = |cell: &&Cell| {
        cell.kind == Kind::Markdown && !["nav", "recap", "solution"].iter().any(|tag| cell.has_tag(tag))
    };
    lesson.main_path().iter().filter(is_read).map(|cell| markdown::text(&cell.source) + "\n").collect()
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether the words of a term stand one after another in a text, the last one perhaps in the plural.
fn is_in(term: &[String], text: &[String]) -> bool {
    let Some((last, first)) = term.split_last() else { return true };
    let plurals = [last.clone(), format!("{last}s"), format!("{last}es")];
    let y = last.strip_suffix('y').map(|stem| format!("{stem}ies"));
    text.windows(term.len()).any(|window| {
        let end = &window[first.len()];
        window.starts_with(first) && (plurals.contains(end) || y.as_ref() == Some(end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_may_go_over_several_lines_and_the_list_ends_with_the_paragraph() {
        let lines =
            "- **a**: one\n  and two\n\n- **b c** : three.\n\nTo read on: a book.\n- not this".lines();
        let items = items(lines);
        let terms: Vec<_> = items.iter().map(|item| term(item).unwrap()).collect();
        let made = |term: &str, means: &str| Term { term: term.into(), means: means.into() };
        assert_eq!(terms, [made("a", "one and two"), made("b c", "three.")]);
        for bad in ["**a** one", "a: one", "**a**:", "****: one"] {
            assert!(term(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_term_is_found_as_whole_words_in_any_case_and_in_the_plural() {
        let text = words("Time slices, a busy *queue* of policies; `select!` scored.");
        for there in ["time slice", "Queue", "policy", "select!", "time slices"] {
            assert!(is_in(&words(there), &text), "{there}");
        }
        for missing in ["core", "slice time", "queue policy"] {
            assert!(!is_in(&words(missing), &text), "{missing}");
        }
    }
}
