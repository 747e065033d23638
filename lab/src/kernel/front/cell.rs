//! One cell that runs: what comes of it is collected until it is over, and turned into what Jupyter expects.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fault::Fault;
use super::source::{self, Place};
use super::stderr::Stderr;
use super::wire::Message;
use crate::kernel::markers::{self, Marker};

/// How long after the answer, and after the last output, more may come where a marker says that it will.
const MARKED: Duration = Duration::from_millis(500);
/// The same where nothing says when it is all there.
const UNMARKED: Duration = Duration::from_millis(20);
/// The same where the process ended: its last words are passed on by a thread that nobody waits for.
const LAST_WORDS: Duration = Duration::from_millis(1500);
/// What evcxr says when the process that runs the cells is gone.
const ENDED: &str = "Subprocess terminated with status";

/// What evcxr says when it cannot infer a type.
const UNKNOWN_TYPE: &str = "Couldn't automatically determine type of variable";

/// Something to send to all clients: a message type and its content.
pub type Output = (&'static str, Value);

/// A running cell.
#[derive(Debug)]
pub struct Cell {
    /// The request of the client.
    pub request: Message,
    /// Its number, as the client is to see it.
    pub count: u64,
    /// The id of the request that the backend got for it; none before that.
    pub id: Option<String>,
    /// When it was interrupted, if it was.
    pub interrupted: Option<Instant>,
    /// Whether it was still being compiled then.
    pub compiling: bool,
    /// Whether the kernel has read all crates, and not only those that cells usually name.
    has_all: bool,
    lacks_type: bool,
    their_count: Option<u64>,
    began: bool,
    ended: (bool, bool),
    panicked: bool,
    error: Option<(usize, String)>,
    stderr: Stderr,
    /// The contents of `error` messages that went out.
    errors: Vec<Value>,
    process_ended: Option<String>,
    answered: Option<(Instant, bool)>,
    /// When anything came last.
    heard: Instant,
    idle: bool,
}

impl Cell {
    /// The cell of `request`, which no backend has got yet.
    pub fn new(request: Message, count: u64, has_all: bool) -> Self {
        Self {
            request,
            count,
            id: None,
            interrupted: None,
            compiling: false,
            has_all,
            lacks_type: false,
            their_count: None,
            began: false,
            ended: (false, false),
            panicked: false,
            error: None,
            stderr: Stderr::default(),
            errors: Vec::new(),
            process_ended: None,
            answered: None,
            heard: Instant::now(),
            idle: false,
        }
    }

    /// The learner's code.
    pub fn code(&self) -> &str {
        self.request.text("code")
    }

    /// Whether it is past its compilation, as far as is known.
    pub fn began(&self) -> bool {
        self.began
    }

    /// Whether it failed for a type that may be one of a crate that the kernel has not read.
    pub fn lacks_type(&self) -> bool {
        self.lacks_type && self.interrupted.is_none()
    }

    /// Whether the backend has answered.
    pub fn answered(&self) -> bool {
        self.answered.is_some()
    }

    /// Takes in what the backend sends to all; gives what is to be sent on.
    pub fn hear(&mut self, message: Message) -> Vec<Output> {
        self.heard = Instant::now();
        match message.kind() {
            "stream" => self.hear_text(message.text("name"), message.text("text")),
            "execute_input" => {
                self.their_count = message.content["execution_count"].as_u64();
                Vec::new()
            }
            "status" => {
                self.idle |= message.text("execution_state") == "idle";
                Vec::new()
            }
            "error" => self.hear_error(message.content),
            "execute_result" => {
                let mut content = message.content;
                content["execution_count"] = json!(self.count);
                vec![("execute_result", content)]
            }
            "display_data" => vec![("display_data", message.content)],
            "update_display_data" => vec![("update_display_data", message.content)],
            "clear_output" => vec![("clear_output", message.content)],
            _ => Vec::new(),
        }
    }

    /// Takes in the backend's answer.
    pub fn answer(&mut self, content: &Value) {
        self.answered = Some((Instant::now(), content["status"] == "ok"));
    }

    /// When it is over at the latest; none while the backend has not answered.
    pub fn deadline(&self) -> Option<Instant> {
        let (answered, _) = self.answered?;
        let is_complete = match (self.began, self.process_ended.is_some()) {
            (true, false) => self.idle && self.ended == (true, true),
            _ => false,
        };
        let silence = match (self.process_ended.is_some(), self.began) {
            (true, _) => LAST_WORDS,
            (false, true) => MARKED,
            (false, false) => UNMARKED,
        };
        Some(if is_complete { answered } else { answered.max(self.heard) + silence })
    }

    fn hear_text(&mut self, stream: &str, text: &str) -> Vec<Output> {
        let lines = text.lines().flat_map(|line| match markers::find(line) {
            Some((before, marker)) => {
                let mut outputs = if before.is_empty() { Vec::new() } else { self.show(stream, before, "") };
                outputs.extend(self.mark(stream, marker));
                outputs
            }
            None => self.show(stream, line, "\n"),
        });
        lines.collect()
    }

    fn show(&mut self, stream: &str, line: &str, end: &str) -> Vec<Output> {
        match stream {
            "stderr" => stream_of("stderr", self.stderr.take(line)),
            _ => stream_of("stdout", format!("{line}{end}")),
        }
    }

    fn mark(&mut self, stream: &str, marker: Marker) -> Option<Output> {
        match marker {
            Marker::Begin(process) => {
                self.began = true;
                self.stderr.own_thread = process;
            }
            Marker::Panic => self.panicked = true,
            Marker::Error(line, text) => self.error = Some((line, text)),
            Marker::End if stream == "stderr" => self.ended.1 = true,
            Marker::End => self.ended.0 = true,
            Marker::Display(mut content) => {
                let is_update = content["update"] == true;
                for (name, usual) in [("data", json!({})), ("metadata", json!({})), ("transient", json!({}))]
                {
                    if !content[name].is_object() {
                        content[name] = usual;
                    }
                }
                if let Some(content) = content.as_object_mut() {
                    content.remove("update");
                }
                return Some((if is_update { "update_display_data" } else { "display_data" }, content));
            }
        }
        None
    }

    fn hear_error(&mut self, mut content: Value) -> Vec<Output> {
        let says = content["evalue"].as_str().unwrap_or_default();
        if says.contains(ENDED) {
            self.process_ended = Some(says.to_owned());
            return Vec::new();
        } else if self.interrupted.is_some() {
            return Vec::new();
        }
        if says.contains(UNKNOWN_TYPE) && !self.has_all {
            self.lacks_type = true;
            return Vec::new();
        }
        content["ename"] = json!("compile error");
        if let (Some(theirs), Some(lines)) = (self.their_count, content["traceback"].as_array_mut()) {
            let (theirs, ours) = (format!("command_{theirs}:"), format!("cell [{}]:", self.count));
            for line in lines {
                *line = json!(line.as_str().unwrap_or_default().replace(&theirs, &ours));
            }
        }
        self.errors.push(content.clone());
        vec![("error", content)]
    }

    /// What is left to be shown, what the cell answers, and whether variables were lost. `fault` is what happened when
    /// it is known already; `generated` is the source that was compiled for the cell, and `before` the cells that ran,
    /// the latest first; `gone` says what an ended process took with it.
    pub fn finish<'a>(
        &mut self,
        fault: Option<Fault>,
        generated: &str,
        before: impl Iterator<Item = (u64, &'a str)>,
        gone: &str,
    ) -> (Vec<Output>, Value, bool) {
        let mut outputs = stream_of("stderr", self.stderr.finish());
        let fault = fault.or_else(|| self.fault(generated, before, gone));
        outputs.extend(stream_of("stderr", self.stderr.own_text()));
        let is_lost = fault.as_ref().is_some_and(Fault::ends_process) && !self.compiling;
        if let Some(fault) = fault {
            let content = fault.content();
            outputs.push(("error", content.clone()));
            self.errors.insert(0, content);
        }
        let count = self.count;
        let reply = match self.errors.first() {
            None => {
                json!({ "status": "ok", "execution_count": count, "payload": [], "user_expressions": {} })
            }
            Some(error) => json!({
                "status": "error", "execution_count": count, "payload": [], "user_expressions": {},
                "ename": error["ename"], "evalue": error["evalue"], "traceback": error["traceback"],
            }),
        };
        (outputs, reply, is_lost)
    }

    fn fault<'a>(
        &mut self,
        generated: &str,
        before: impl Iterator<Item = (u64, &'a str)>,
        gone: &str,
    ) -> Option<Fault> {
        let code = self.code().to_owned();
        let place = |line: usize| -> Option<Place> { source::place(generated, line, &code, before) };
        if self.interrupted.is_some() {
            return Some(Fault::Interrupted(match self.compiling {
                true => "nothing of the cell ran yet; all variables are as they were".to_owned(),
                false => format!("the cell was stopped. {gone}"),
            }));
        }
        if let Some(says) = &self.process_ended {
            return Some(Fault::ProcessEnded(format!("{}. {gone}", says.trim())));
        }
        let is_ok = self.answered.is_none_or(|(_, ok)| ok);
        if let Some((line, text)) = self.error.take() {
            return Some(Fault::Error(text, place(line)));
        }
        // Without markers, a panic of the thread `main` is taken for one that ended the cell.
        if self.panicked || (is_ok && !self.began) {
            let Some(panic) = self.stderr.own_panic() else {
                let says = "the cell panicked; what it said was not heard";
                return self.panicked.then(|| Fault::Error(says.to_owned(), None));
            };
            let place = panic.is_in_cell().then(|| place(panic.place.1)).flatten();
            return Some(Fault::Panic(panic, place));
        }
        (!is_ok && self.errors.is_empty()).then(|| Fault::Error("the cell could not be run".into(), None))
    }
}

fn stream_of(name: &str, text: String) -> Vec<Output> {
    if text.is_empty() { Vec::new() } else { vec![("stream", json!({ "name": name, "text": text }))] }
}
