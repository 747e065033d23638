//! What the run of a cell says about the cell.

use jupyter_protocol::{Media, MediaType};
use serde_json::Value;

use super::fault::{Fault, FaultKind};
use super::lesson::{Cell, Kind};
use crate::kernel::outcome::{Ending, Outcome};

/// The MIME type of a verdict.
const VERDICT: &str = "application/vnd.timelanes.verdict+json";

/// What a check cell said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub passed: bool,
    pub says: String,
    /// What was measured.
    pub saw: Vec<String>,
    /// All hints, also those that were not shown yet.
    pub hints: Vec<String>,
}

/// Every fault that shows in the run of one cell, its figure among them. `during` is what was run, when it is
/// not the cell as it stands.
pub fn faults(cell: &Cell, outcome: &Outcome, limit: f64, kernel_log: &str, during: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let fault = |kind, what: String, text: &str| cell.fault(kind, during.to_owned() + &what).quoting(text);
    match outcome.ending {
        Ending::Ok => {}
        Ending::Error => faults.extend(error(cell, outcome, kernel_log, during)),
        Ending::TimedOut => {
            let what = format!("the cell did not end within {limit} s, and was stopped");
            faults.push(fault(FaultKind::SlowCell, what, &outcome.stderr));
        }
        Ending::Died => faults.push(fault(FaultKind::KernelDied, "the kernel ended".into(), kernel_log)),
    }
    let failed_unnoticed = failed_unnoticed(cell, outcome);
    let expects_error = cell.has_tag("raises-exception");
    if expects_error && outcome.ending == Ending::Ok && !failed_unnoticed {
        let what = "the cell is tagged `raises-exception`, and ran without an error";
        faults.push(fault(FaultKind::NoError, what.into(), ""));
    }
    if outcome.ending == Ending::Ok && !(expects_error && failed_unnoticed) {
        faults.extend(stderr(cell, outcome, during));
    }
    if faults.is_empty() && cell.is(Kind::Code, "figure") {
        faults.extend(figure(outcome).err().map(|what| fault(FaultKind::NoFigure, what, "")));
    }
    faults
}

/// What an `error` answer says. The course's own kernel names what happened; a stock evcxr_jupyter answers so only for
/// code that does not compile and for a dead process.
fn error(cell: &Cell, outcome: &Outcome, kernel_log: &str, during: &str) -> Option<Fault> {
    let (kind, what) = match outcome.error.as_deref() {
        Some("kernel ended") => (FaultKind::KernelDied, "the kernel ended"),
        _ if variables_are_gone(outcome) => (FaultKind::ProcessDied, "the process that runs the cells ended"),
        _ if cell.has_tag("raises-exception") => return None,
        Some("panic") => (FaultKind::Panicked, "the cell panicked"),
        Some("error") => (FaultKind::ErrorReturned, "the cell ended early with an error"),
        _ => (FaultKind::CompileError, "the code does not compile"),
    };
    let text = [&outcome.errors, &outcome.stderr, kernel_log].concat();
    Some(cell.fault(kind, format!("{during}{what}")).quoting(console::strip_ansi_codes(&text).trim()))
}

/// Whether the process that runs the cells is gone, or the kernel, and all variables with it.
pub fn variables_are_gone(outcome: &Outcome) -> bool {
    matches!(outcome.error.as_deref(), Some("process ended" | "kernel ended" | "interrupted"))
        || outcome.errors.contains("Subprocess terminated with status")
}

/// Whether the cell panicked, or returned an error, and the kernel answered "ok", as a stock evcxr_jupyter does.
fn failed_unnoticed(cell: &Cell, outcome: &Outcome) -> bool {
    let text = outcome.stderr.trim();
    text.contains("panicked at") || (!text.is_empty() && passes_errors_on(&cell.source))
}

fn stderr(cell: &Cell, outcome: &Outcome, during: &str) -> Option<Fault> {
    let text = outcome.stderr.trim();
    let (kind, what) = match (text.is_empty(), cell.has_tag("expects-stderr")) {
        (true, true) => {
            (FaultKind::NoStderr, "the cell is tagged `expects-stderr`, and wrote nothing to stderr")
        }
        (true, false) | (false, true) => return None,
        (false, false) if text.contains("panicked at") => (FaultKind::Panicked, "the cell panicked"),
        (false, false) if text.lines().any(|line| line.starts_with("warning:")) => {
            (FaultKind::CompilerWarning, "the compiler warns")
        }
        (false, false) if passes_errors_on(&cell.source) => {
            (FaultKind::ErrorReturned, "the cell ended early with an error, or wrote to stderr")
        }
        (false, false) => (FaultKind::Stderr, "the cell wrote to stderr"),
    };
    // evcxr asks for a backtrace, which tells about evcxr and not about the lesson.
    let text = text.split("stack backtrace:").next().unwrap_or(text);
    Some(cell.fault(kind, format!("{during}{what}")).quoting(text))
}

/// Whether the code has a `?`. The kernel prints an error that was passed on to stderr, with nothing to tell
/// it from what the cell itself writes there.
fn passes_errors_on(code: &str) -> bool {
    [")?", "]?", "}?", "?;", "?."].iter().any(|passing| code.contains(passing))
}

/// How many figures were displayed.
pub fn figures(outcome: &Outcome) -> usize {
    outcome.displays.iter().filter(|media| figure_in(media).is_ok()).count()
}

/// Whether a figure was displayed; if not, what is missing.
fn figure(outcome: &Outcome) -> Result<(), String> {
    let results: Vec<_> = outcome.displays.iter().map(figure_in).collect();
    if results.iter().any(Result::is_ok) {
        return Ok(());
    }
    let nothing = || Err("the cell is tagged `figure`, and displayed nothing".to_owned());
    results.into_iter().next_back().unwrap_or_else(nothing)
}

fn figure_in(media: &Media) -> Result<(), String> {
    let parts = [
        (text(media, "text/html").is_some_and(|html| html.contains("<svg")), "HTML with an <svg>"),
        (text(media, "image/svg+xml").is_some_and(|svg| svg.contains("<svg")), "SVG"),
        (text(media, "text/plain").is_some_and(|plain| !plain.trim().is_empty()), "plain text"),
    ];
    let missing: Vec<_> = parts.iter().filter(|(there, _)| !there).map(|(_, part)| *part).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("the figure came without {}", missing.join(", "))) }
}

/// The verdict that a check cell displayed.
///
/// # Errors
/// What is missing.
pub fn verdict(outcome: &Outcome) -> Result<Verdict, String> {
    let Some((media, value)) = outcome.displays.iter().find_map(|media| Some((media, verdict_in(media)?)))
    else {
        return Err("the check cell displayed no verdict".into());
    };
    let Some(passed) = value["passed"].as_bool() else {
        return Err(format!("the verdict does not say whether the exercise is passed: {value}"));
    };
    for mime in ["text/html", "text/plain"] {
        if text(media, mime).is_none_or(|text| text.trim().is_empty()) {
            return Err(format!("the verdict came without {mime}, so that a learner would not see it"));
        }
    }
    let list = |key: &str| {
        let texts = value[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    };
    let says = value["says"].as_str().unwrap_or("").to_owned();
    Ok(Verdict { passed, says, saw: list("saw"), hints: list("hints") })
}

fn verdict_in(media: &Media) -> Option<&Value> {
    media.content.iter().find_map(|part| match part {
        MediaType::Other((mime, value)) if mime == VERDICT => Some(value),
        _ => None,
    })
}

fn text<'a>(media: &'a Media, mime: &str) -> Option<&'a str> {
    media.content.iter().find_map(|part| match part {
        MediaType::Html(text) | MediaType::Svg(text) | MediaType::Plain(text) if part.mime_type() == mime => {
            Some(text.as_str())
        }
        _ => None,
    })
}
