//! What a cell that failed answers: the content of `error` messages, with the learner's lines and no frames.

use serde_json::{Value, json};

use super::source::Place;
use super::stderr::Panic;

/// Why a cell failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The cell's own thread panicked.
    Panic(Panic, Option<Place>),
    /// A `?` returned an error.
    Error(String, Option<Place>),
    /// It was interrupted while it ran; what to do is said in the text.
    Interrupted(String),
    /// The process that runs the cells ended.
    ProcessEnded(String),
    /// The kernel behind the front ended, or could not be started.
    KernelEnded(String),
}

impl Fault {
    /// The name of what happened, as `ename` has it.
    fn name(&self) -> &'static str {
        match self {
            Self::Panic(..) => "panic",
            Self::Error(..) => "error",
            Self::Interrupted(_) => "interrupted",
            Self::ProcessEnded(_) => "process ended",
            Self::KernelEnded(_) => "kernel ended",
        }
    }

    /// What it says, as `evalue` has it.
    fn says(&self) -> &str {
        match self {
            Self::Panic(panic, _) => &panic.message,
            Self::Error(text, _)
            | Self::Interrupted(text)
            | Self::ProcessEnded(text)
            | Self::KernelEnded(text) => text,
        }
    }

    /// Whether the process that runs the cells ended by it, and all variables with it.
    pub fn ends_process(&self) -> bool {
        matches!(self, Self::Interrupted(_) | Self::ProcessEnded(_) | Self::KernelEnded(_))
    }

    /// The content of an `error` message.
    pub fn content(&self) -> Value {
        let says = self.says().to_owned();
        let mut lines = vec![format!("\u{1b}[31m{}\u{1b}[0m: {says}", self.name())];
        match self {
            Self::Panic(_, Some(place)) | Self::Error(_, Some(place)) => lines.extend(at(place)),
            Self::Panic(panic, None) if !panic.is_in_cell() => {
                let (file, line) = &panic.place;
                lines.push(format!(" --> {file}, line {line}"));
            }
            _ => {}
        }
        json!({ "ename": self.name(), "evalue": says, "traceback": lines })
    }
}

fn at(place: &Place) -> [String; 2] {
    let Place { cell, line, text } = place;
    let cell = cell.map_or_else(|| "this cell".to_owned(), |number| format!("cell [{number}]"));
    [format!(" --> line {line} of {cell}"), format!("{line:4} | {text}")]
}
