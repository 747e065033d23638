//! What can be wrong with a lesson: one kind each, with a stable name and what to do about it.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The longest quotation of an output in a report, in lines and in letters.
const QUOTED: (usize, usize) = (14, 1_400);

/// Writes [`FaultKind`] from one table, so that no kind can lack its name or its advice.
macro_rules! fault_kinds {
    ($($kind:ident $name:literal $mend:literal;)*) => {
        /// A kind of fault. Its [`name`](FaultKind::name) is what `--json` gives and stays the same.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FaultKind {
            $(#[doc = concat!("`", $name, "`: ", $mend)] $kind,)*
        }

        impl FaultKind {
            /// Every kind, in the order of a check: the file, its parts, its run.
            pub const ALL: &'static [FaultKind] = &[$(FaultKind::$kind,)*];

            /// The name in `--json`.
            pub fn name(self) -> &'static str {
                match self { $(FaultKind::$kind => $name,)* }
            }

            /// What to do about it.
            pub fn mend(self) -> &'static str {
                match self { $(FaultKind::$kind => $mend,)* }
            }
        }
    };
}

fault_kinds! {
    // The file
    UnknownLesson "unknown-lesson" "name one of the lessons that are there, by number, name or path";
    Unreadable "unreadable" "see that the file is there, readable, and UTF-8";
    NotJson "not-json" "restore the notebook from git, or mend the JSON at the place named";
    NotANotebook "not-a-notebook" "restore the notebook from git: its JSON is not that of a notebook";
    WrongFormat "wrong-format" "open the notebook in JupyterLab and save it: it then has nbformat 4.5";
    WrongKernel "wrong-kernel" "choose the kernel \"Rust (timelanes)\" in JupyterLab and save the notebook";
    Empty "empty" "write the lesson, or take the file away";
    Misnamed "misnamed" "name the file NN-name.ipynb, with small letters, digits and hyphens";
    Outputs "outputs" "run `cargo lab check --fix`: lessons are committed without outputs";
    MissingId "missing-id" "run `cargo lab check --fix`: it gives the cell an id";
    DoubledId "doubled-id" "run `cargo lab check --fix`: it gives the later cell another id";
    // The lesson's parts
    Header "header" "let the first cell, tagged `header`, say all that a header says";
    BrokenNav "broken-nav" "run `cargo lab check --fix`: it writes the links back and next";
    BrokenLink "broken-link" "correct the link, or add the file that it leads to";
    SetupDiffers "setup-differs" "make the first code cell, tagged `setup`, the same as in the other lessons";
    MissingPart "missing-part" "add the part, and tag its cell";
    IncompleteExercise "incomplete-exercise"
        "an exercise is a code cell `exercise`, a code cell `check`, and a markdown cell `solution` in this order, \
         the last with a ```rust block after a blank line inside `<details>`";
    OpenCheck "open-check" "run `cargo lab check --fix`: it folds the check cell away, with a line that says what it is";
    OtherExercise "other-exercise" "let the check call `exercise` with the lesson's number and the exercise's own";
    Further "further" "let Further come after the recap and the `complete` cell, say that it can be skipped, and ask nothing";
    TooManyCells "too-many-cells" "take a cell out, join two, or move what is not needed below the heading Further";
    LongCell "long-cell" "cut the cell in two, or move what is not the lesson's subject into the support crate";
    LongProse "long-prose" "shorten the text, or put a code cell in between";
    Terms "terms"
        "end the recap with `### Terms` and a list, each item `- **term**: what it means.`, of terms that the text above \
         uses; lesson 00 links to glossary.md";
    DoubledTerm "doubled-term" "define the term in the first lesson that uses it, and only there";
    Glossary "glossary" "run `cargo lab check --fix`: it writes the glossary from the recaps";
    InPython "in-python"
        "write Python as a ```python block after a blank line inside `<details>` whose `<summary>` begins with \"In Python\"";
    // The answers
    TooFewAnswers "too-few-answers" "write the answers that are missing: `cargo lab check --help` says where and how";
    OrphanAnswer "orphan-answer" "give the answers the name of their exercise, name each file by what it is, or take them away";
    AnswerForm "answer-form"
        "let each answer be another one, and begin with a comment: what did the learner think who wrote it?";
    // The run
    KernelNotStarted "kernel-not-started" "run `cargo lab doctor`: it says what is missing";
    CompileError "compile-error" "mend the code; when the lesson is about this error, tag the cell `raises-exception`";
    Panicked "panic" "mend the code; when the lesson is about this panic, tag the cell `raises-exception`, or `expects-stderr` when \
         it is in a thread or task of its own";
    ErrorReturned "error-returned" "find out why the call failed; when the lesson is about this error, tag the cell `raises-exception`";
    CompilerWarning "compiler-warning" "change the code so that the compiler has nothing to say";
    Stderr "stderr" "print to stdout; when stderr is meant, tag the cell `expects-stderr`";
    NoStderr "no-stderr" "take the tag `expects-stderr` away, or let the cell write to stderr";
    NoError "no-error" "take the tag `raises-exception` away, or let the cell fail to compile";
    SlowCell "slow-cell" "let the cell do less; `--cell-seconds` changes the limit";
    SlowLesson "slow-lesson" "let the lesson's runs be shorter; `--lesson-seconds` changes the limit";
    ProcessDied "process-died" "find what ends the process that runs the cells: an exit, an abort, a signal";
    KernelDied "kernel-died" "find what ends the kernel itself; the text is the last it said";
    NoFigure "no-figure" "end the cell with a figure: HTML with an `<svg>`, SVG and plain text in one output";
    NoVerdict "no-verdict" "end the check cell with its verdict: the verdict, HTML and plain text in one output";
    StarterPasses "starter-passes" "make the starter wrong in what the exercise asks for, or the check stricter";
    SolutionFails "solution-fails" "correct the solution, or the check that judges it";
    Hints "hints" "give the exercise three `.hint(…)`: where to look, what to change, nearly the answer";
    SaysNothing "says-nothing" "let the check say with `.saw(…)` what was measured";
    AnswerBreaks "answer-breaks"
        "let the answer run through, and the check judge whatever it left, without a panic and without `?`";
    WrongAccepted "wrong-accepted" "make the check stricter: let it ask for what the exercise is about";
    WrongReason "wrong-reason" "let the check see what is wrong with the answer, or correct the line `// says:` in its file";
    RightRefused "right-refused" "let the check ask for no more than the exercise does";
    PythonFails "python-fails" "correct the Python, or the comments that say what it prints";
}

impl Serialize for FaultKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Where in a notebook: enough to find the cell by eye and by search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellPlace {
    /// Counted from 1, over all cells.
    pub number: usize,
    /// The cell's id, where it has one.
    pub id: Option<String>,
    /// The first line of its source.
    pub line: String,
}

/// One fault of one lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which kind.
    pub kind: FaultKind,
    /// The cell, unless the whole notebook is meant.
    pub cell: Option<CellPlace>,
    /// What happened, in a sentence.
    pub what: String,
    /// What the kernel or the check said, shortened.
    pub text: Option<String>,
}

impl Fault {
    /// A fault of the whole notebook.
    pub fn new(kind: FaultKind, what: impl Into<String>) -> Self {
        Self { kind, cell: None, what: what.into(), text: None }
    }

    /// The same fault, in a cell.
    #[must_use]
    pub fn at(mut self, cell: CellPlace) -> Self {
        self.cell = Some(cell);
        self
    }

    /// The same fault, quoting an output.
    #[must_use]
    pub fn quoting(mut self, text: &str) -> Self {
        self.text = Some(excerpt(text)).filter(|text| !text.is_empty());
        self
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Fault", 5)?;
        fields.serialize_field("kind", &self.kind)?;
        fields.serialize_field("cell", &self.cell)?;
        fields.serialize_field("what", &self.what)?;
        fields.serialize_field("text", &self.text)?;
        fields.serialize_field("mend", self.kind.mend())?;
        fields.end()
    }
}

/// The beginning of `text`, without colour codes and empty lines at its ends.
fn excerpt(text: &str) -> String {
    let plain = console::strip_ansi_codes(text);
    let plain = plain.trim_matches('\n').trim_end();
    let (lines, letters) = QUOTED;
    let mut short: String = plain.lines().take(lines).collect::<Vec<_>>().join("\n");
    if let Some((end, _)) = short.char_indices().nth(letters) {
        short.truncate(end);
    }
    if short.len() < plain.len() { short + "\n…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = FaultKind::ALL.iter().map(|kind| kind.name()).collect();
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FaultKind::ALL.len());
    }

    #[test]
    fn a_long_output_is_quoted_from_its_beginning() {
        let long = "é".repeat(5_000);
        let short = excerpt(&long);
        assert!(short.starts_with("éé") && short.ends_with("\n…") && short.chars().count() < 1_410);
        assert_eq!(excerpt("\n\u{1b}[31mred\u{1b}[0m\n\n"), "red");
    }
}
