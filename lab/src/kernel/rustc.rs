//! What cargo runs instead of rustc for a cell: rustc, after [markers] were put into the cell.
//!
//! evcxr_jupyter keeps to itself that a cell panicked or returned an error, and passes output on in threads of their
//! own, so that the last of it may come after the answer. The source it generates around a cell says all that, so
//! that is where the markers go. Source that does not look as expected is compiled as it is, and the front then has
//! nothing but text to go by.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use super::direct::{self, Call};
use super::markers::{self, START};
use super::stand_in;

/// The name by which this program knows that it is to act as rustc.
pub const NAME: &str = "timelanes-rustc";
/// The crate that evcxr makes of a cell.
pub(super) const CELL: &str = "ctx";

/// Acts as rustc, whose path and arguments are this program's arguments. The current folder is the kernel's workspace.
///
/// # Errors
/// When rustc cannot be started.
pub fn run() -> Result<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next().context("cargo names rustc as the first argument")?;
    let arguments: Vec<_> = arguments.collect();
    let follows =
        |first: &str, second: &str| arguments.windows(2).any(|pair| pair[0] == *first && pair[1] == *second);
    if follows("--crate-name", CELL)
        && let Some(source) = source(arguments.iter().map(Path::new))
    {
        mark_file(source);
        if let Some(file) = env::var_os(direct::KEEP)
            && let Some(call) = Call::of_this_process(&rustc, &arguments)
        {
            // Without it, cargo is asked again.
            let _ = call.keep(Path::new(&file));
        }
    }
    stand_in::become_it(Command::new(rustc).args(arguments)).context("rustc could not be started")
}

/// The cell's source, among what rustc is told.
pub(super) fn source<'a>(mut arguments: impl Iterator<Item = &'a Path>) -> Option<&'a Path> {
    arguments.find(|path| path.ends_with("src/lib.rs"))
}

/// Puts the markers into the cell's source, when somebody hears. What cannot be read or written here, rustc will
/// complain of.
pub(super) fn mark_file(source: &Path) {
    if Path::new(markers::WANTED).exists()
        && let Some(marked) = fs::read_to_string(source).ok().and_then(|text| mark(&text))
    {
        let _ = fs::write(source, marked);
    }
}

/// The generated source with the markers in it, no line more or less; none when there is no cell in it to run.
fn mark(source: &str) -> Option<String> {
    let start = START.escape_unicode();
    let begin = format!("println!(\"{start}begin {{}}\", std::process::id());");
    let end = format!("{{ println!(\"{start}end\"); eprintln!(\"{start}end\"); }}");
    // The same source is asked for once more after a build was killed.
    if source.contains(&begin) {
        return None;
    }
    let (body, last) = source.rsplit_once("evcxr_variable_store\n}")?;
    let opening =
        ["  -> *mut evcxr_internal_runtime::VariableStore {", "evcxr_variable_store: *mut u8) -> *mut u8 {"];
    let opening = opening.into_iter().find(|opening| body.contains(opening))?;
    let mut marked = body.replacen(opening, &format!("{opening} {begin}"), 1);
    let panicked = "println!(\"EVCXR_PANIC_NOTIFICATION\");";
    marked = marked.replace(panicked, &format!("println!(\"{start}panic\"); {panicked}"));
    if let Some(with_error) = mark_error(&marked, &start.to_string()) {
        marked = with_error;
    }
    Some(format!("{marked}{end} evcxr_variable_store\n}}{last}"))
}

/// The same, with the error that a `?` returns told by a marker instead of stderr.
fn mark_error(source: &str, start: &str) -> Option<String> {
    const PRINT: &str = "eprintln!(\"{}\", error);";
    const FROM: &str = "fn from(error: T) -> Self {";
    let told = source.find("println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);")?;
    let print = source[..told].rfind(PRINT)?;
    let from = source[..print].rfind(FROM)?;
    let tell = format!(
        "println!(\"{start}error {{}} {{:?}}\", std::panic::Location::caller().line(), format!(\"{{}}\", error));"
    );
    Some(format!(
        "{}#[track_caller] {}{tell}{}",
        &source[..from],
        &source[from..print],
        &source[print + PRINT.len()..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "pub extern \"C\" fn run_user_code_3(\nevcxr_variable_store: *mut u8) -> *mut u8 {\n\
        if std::panic::catch_unwind(||{\nfoo();\n}).is_err() {\n    println!(\"EVCXR_PANIC_NOTIFICATION\");\n}\n\
        evcxr_variable_store\n}\n";

    #[test]
    fn a_cell_is_marked_once_and_keeps_its_lines() {
        let marked = mark(PLAIN).unwrap();
        assert_eq!(marked.lines().count(), PLAIN.lines().count());
        for word in ["begin", "panic", "end"] {
            assert!(
                marked.contains(&format!("timelanes\\u{{3a}}{word}")) || marked.contains(word),
                "{marked}"
            );
        }
        assert_eq!(mark(&marked), None);
    }

    #[test]
    fn source_without_a_cell_is_left_alone() {
        assert_eq!(mark("pub fn nothing() {}\n"), None);
    }

    #[test]
    fn the_place_of_a_question_mark_is_told() {
        let error = "impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {\nfn from(error: T) -> Self {\n\
            eprintln!(\"{}\", error);\nprintln!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);\n}\n}\n";
        let marked = mark(&(error.to_owned() + PLAIN)).unwrap();
        assert!(marked.contains("#[track_caller] fn from") && !marked.contains("eprintln!(\"{}\", error)"));
    }
}
