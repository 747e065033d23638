//! Wrong, cheating and other right answers: files beside the lessons, each a whole exercise cell.
//!
//! `answers/02.3/wrong-ices-too-late.rs` is an answer to exercise 02.3. Its first line says what the learner
//! thought; after `// says:` a wrong one may name words that the verdict must have.

use std::fs;
use std::path::{Path, PathBuf};

use super::course::Course;
use super::exercise::Exercise;
use super::fault::{Fault, FaultKind};
use super::lesson::{self, Lesson};

/// The folder of all answers, among the lessons.
pub const FOLDER: &str = "answers";
/// How many wrong answers an exercise has at least, and how many of them cheat.
const WRONG: (usize, usize) = (3, 1);
/// How many right answers beside the solution.
const RIGHT: usize = 1;

/// What its author made an answer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Intent {
    /// A mistake that a learner would make.
    Wrong,
    /// Gets round what the exercise asks for.
    Cheat,
    /// Right, and not the solution.
    Right,
}

/// An answer that a learner might give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `02.3/wrong-ices-too-late.rs`
    pub name: String,
    pub intent: Intent,
    /// What the verdict on it must say.
    pub says: Option<String>,
    pub code: String,
}

/// The answers to one exercise, in the order they are tried, and what is wrong with them on disk.
#[derive(Debug, Default)]
pub struct Answers {
    pub there: Vec<Answer>,
    pub faults: Vec<Fault>,
}

impl Answers {
    /// Reads the answers to `exercise`.
    pub fn read(course: &Course, lesson: &Lesson, exercise: &Exercise) -> Self {
        let cell = &lesson.cells[exercise.starter];
        let mut answers = Self::default();
        let mut known = vec![
            ("the starter".to_owned(), bare(&cell.source)),
            ("the solution".to_owned(), bare(&exercise.solution)),
        ];
        for path in entries(&course.folder().join(FOLDER).join(&exercise.name)) {
            match read(&exercise.name, &path) {
                Err((kind, what)) => answers.faults.push(cell.fault(kind, what)),
                Ok(answer) => {
                    let code = bare(&answer.code);
                    if let Some((other, _)) = known.iter().find(|(_, known)| *known == code) {
                        let what = format!("the answer `{}` is the same as {other}", answer.name);
                        answers.faults.push(cell.fault(FaultKind::AnswerForm, what));
                    }
                    known.push((format!("`{}`", answer.name), code));
                    answers.there.push(answer);
                }
            }
        }
        answers.there.sort_by(|one, other| (one.intent, &one.name).cmp(&(other.intent, &other.name)));
        answers
            .faults
            .extend(too_few(&answers.there, exercise).map(|what| cell.fault(FaultKind::TooFewAnswers, what)));
        answers
    }
}

/// Answers of this lesson to exercises that it does not have.
pub fn orphans(course: &Course, lesson: &Lesson, names: &[String]) -> Vec<Fault> {
    let of_this =
        |path: &PathBuf| lesson::number(path) == lesson.number() && !names.contains(&file_name(path));
    let what = |path: PathBuf| {
        let name = file_name(&path);
        Fault::new(
            FaultKind::OrphanAnswer,
            format!("there are answers `{FOLDER}/{name}`, and no exercise {name}"),
        )
    };
    entries(&course.folder().join(FOLDER)).into_iter().filter(of_this).map(what).collect()
}

/// Answers that belong to no lesson at all.
pub fn strays(course: &Course) -> Vec<Fault> {
    let lessons: Vec<_> = course.notebooks().iter().map(|path| lesson::number(path)).collect();
    let of_none = |path: &PathBuf| !lessons.contains(&lesson::number(path));
    let what = |path: PathBuf| {
        let what = format!("`{FOLDER}/{}` is no exercise of a lesson that is there", file_name(&path));
        Fault::new(FaultKind::OrphanAnswer, what)
    };
    entries(&course.folder().join(FOLDER)).into_iter().filter(of_none).map(what).collect()
}

fn too_few(answers: &[Answer], exercise: &Exercise) -> Option<String> {
    let count = |intent| answers.iter().filter(|answer| answer.intent == intent).count();
    let (wrong, cheats, right) = (count(Intent::Wrong), count(Intent::Cheat), count(Intent::Right));
    let enough = wrong + cheats >= WRONG.0 && cheats >= WRONG.1 && right >= RIGHT;
    (!enough).then(|| {
        format!(
            "exercise {} has in `{FOLDER}/{}` {wrong} wrong, {cheats} cheating and {right} right answers; \
             wanted: {} that are wrong, {} of them a cheat, and {RIGHT} other right one",
            exercise.name, exercise.name, WRONG.0, WRONG.1
        )
    })
}

fn read(exercise: &str, path: &Path) -> Result<Answer, (FaultKind, String)> {
    let file = file_name(path);
    let name = format!("{exercise}/{file}");
    let Some(intent) = intent(&file) else {
        let what = format!("`{name}` is not named `wrong-…`, `cheat-…` or `right-….rs`");
        return Err((FaultKind::OrphanAnswer, what));
    };
    let text = fs::read_to_string(path)
        .map_err(|error| (FaultKind::Unreadable, format!("the answer `{name}` cannot be read: {error}")))?;
    let mut lines = text.lines();
    let thought = lines.next().and_then(|line| line.strip_prefix("// ")).unwrap_or("");
    if thought.split_whitespace().count() < 3 {
        let what = format!("the answer `{name}` does not begin with a comment on what the learner thought");
        return Err((FaultKind::AnswerForm, what));
    } else if bare(&text).is_empty() {
        return Err((FaultKind::AnswerForm, format!("the answer `{name}` has no code")));
    }
    let says =
        lines.next().and_then(|line| line.strip_prefix("// says: ")).map(|says| says.trim().to_owned());
    Ok(Answer { name, intent, says, code: text.trim_end().to_owned() })
}

fn intent(file: &str) -> Option<Intent> {
    let (kind, words) = file.strip_suffix(".rs")?.split_once('-')?;
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match kind {
        _ if words.is_empty() || !words.chars().all(is_word) => None,
        "wrong" => Some(Intent::Wrong),
        "cheat" => Some(Intent::Cheat),
        "right" => Some(Intent::Right),
        _ => None,
    }
}

/// The code without lines that are only a comment, and without blanks.
fn bare(code: &str) -> String {
    let lines = code.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.flat_map(str::split_whitespace).collect()
}

/// What is in a folder, sorted by name, without hidden files; nothing when there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut entries: Vec<_> = entries.filter(|path| !file_name(path).starts_with('.')).collect();
    entries.sort();
    entries
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_what_it_is_for() {
        assert_eq!(intent("wrong-no-lock.rs"), Some(Intent::Wrong));
        assert_eq!(intent("cheat-2.rs"), Some(Intent::Cheat));
        assert_eq!(intent("right-both.rs"), Some(Intent::Right));
        for other in ["wrong.rs", "wrong-.rs", "wrong-No.rs", "wrong-no lock.rs", "good-a.rs", "right-a.txt"]
        {
            assert_eq!(intent(other), None, "{other}");
        }
    }

    #[test]
    fn comments_and_blanks_do_not_make_another_answer() {
        assert_eq!(bare("// A thought.\n  let a = 1;\n\n"), bare("let a  =  1;"));
    }
}
