//! The glossary: all terms and all questions of the course, collected from the lessons' recaps by `--fix`.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};

use super::course::Course;
use super::fault::{Fault, FaultKind};
use super::lesson::{Kind, Lesson};
use super::links::escaped;
use super::{markdown, terms};

/// Its file, among the lessons.
pub const FILE: &str = "glossary.md";

const HEAD: &str = "# Glossary\n\n\
    Every term of the course, with the lesson that defines it, and below them the questions it answers.\n\n\
    <!-- Written by `cargo lab check --fix` from the recaps of the lessons: change it there. -->\n";

/// The file as it should be; nothing when no lesson defines a term.
fn text(course: &Course) -> Option<String> {
    let mut defined = BTreeMap::new();
    let mut questions = String::new();
    for lesson in course.lessons() {
        let place = place(&lesson);
        for term in terms::terms(&lesson).unwrap_or_default() {
            let entry = format!("- **{}** ({place}): {}\n", term.term, term.means);
            defined.entry(term.term.to_lowercase()).or_insert(entry);
        }
        let recap = lesson.find(Kind::Markdown, "recap").map_or("", |cell| &cell.source);
        let asked = markdown::questions(recap);
        // Several may stand in the same italics.
        let each = asked.iter().flat_map(|text| text.split_inclusive('?')).map(str::trim);
        questions.extend(
            each.filter(|question| !question.is_empty())
                .map(|question| format!("- *{question}* ({place})\n")),
        );
    }
    let defined: String = defined.into_values().collect();
    let index = if questions.is_empty() { String::new() } else { format!("\n## Questions\n\n{questions}") };
    (!defined.is_empty()).then(|| format!("{HEAD}\n{defined}{index}"))
}

fn place(lesson: &Lesson) -> String {
    let title = lesson.cells.first().and_then(|cell| markdown::title(&cell.source));
    format!("[{}]({})", escaped(&title.unwrap_or_else(|| lesson.number())), lesson.file_name())
}

/// Whether the file is not what the lessons say.
pub fn fault(course: &Course) -> Option<Fault> {
    let there = fs::read_to_string(course.folder().join(FILE)).ok();
    let what = match &there {
        None => "there is no glossary",
        Some(_) => "the glossary is not what the lessons say",
    };
    (text(course) != there).then(|| Fault::new(FaultKind::Glossary, format!("{what}: `{FILE}`")))
}

/// Writes the file where it is not as it should be; says whether it did.
///
/// # Errors
/// When it cannot be written.
pub fn mend(course: &Course) -> Result<bool> {
    let file = course.folder().join(FILE);
    match text(course) {
        Some(text) if fs::read_to_string(&file).ok().as_ref() != Some(&text) => {
            fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
