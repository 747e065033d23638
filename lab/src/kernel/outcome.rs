//! Everything that comes of one request to a kernel, and when it is all there.

use std::time::{Duration, Instant};

use jupyter_protocol::{
    ExecutionState, JupyterMessage, JupyterMessageContent, Media, MediaType, ReplyStatus, Stdio,
};
use jupyter_zmq_client::RuntimeError;

/// evcxr passes the cells' output on in a thread of its own, so some may come after the answer. This long
/// a silence is taken for its end; what comes later still is found in the next cell.
const SILENCE: Duration = Duration::from_millis(40);
/// No more text than this is kept: a cell may write for as long as it runs.
const KEPT: usize = 64 * 1024;

/// How the run of a cell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The kernel answered "ok". A stock evcxr_jupyter does so after a panic too.
    Ok,
    /// The kernel answered "error".
    Error,
    /// It took longer than it may.
    TimedOut,
    /// The kernel is gone.
    Died,
}

/// All that came of a cell.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// From the request to the answer.
    pub seconds: f64,
    /// All text in its order: printed, shown, of errors.
    pub text: String,
    /// What the cell wrote there.
    pub stderr: String,
    /// The name of the first error; none without one.
    pub error: Option<String>,
    /// What the errors said.
    pub errors: String,
    /// Rich outputs, each by MIME type.
    pub displays: Vec<Media>,
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Wait {
    /// For the answer.
    pub answer: Duration,
    /// For the broadcast "idle" after it.
    pub idle: Duration,
}

/// An answer that is coming in.
#[derive(Debug)]
pub struct Answer {
    request: String,
    start: Instant,
    answered: Option<Instant>,
    idle: bool,
    last_heard: Instant,
    /// The display ids of the outcome's displays.
    ids: Vec<Option<String>>,
    /// Whether the next output replaces all before it.
    clears: bool,
    outcome: Outcome,
}

impl Answer {
    /// Nothing heard yet.
    pub fn to(request: &JupyterMessage) -> Self {
        let now = Instant::now();
        let nothing = String::new;
        let outcome = Outcome {
            ending: Ending::Died,
            seconds: 0.0,
            text: nothing(),
            stderr: nothing(),
            error: None,
            errors: nothing(),
            displays: Vec::new(),
        };
        let request = request.header.msg_id.clone();
        let (answered, idle, ids) = (None, false, Vec::new());
        Self { request, start: now, answered, idle, last_heard: now, ids, clears: false, outcome }
    }

    /// Whether both the answer and the broadcast that ends it were heard.
    pub fn is_complete(&self) -> bool {
        self.answered.is_some() && self.idle
    }

    /// What came of it. Without an answer, the kernel died.
    pub fn into_outcome(self) -> Outcome {
        self.outcome
    }

    /// How long to listen on; nothing when all is there, or will not come any more.
    pub fn pause(&mut self, wait: Wait) -> Option<Duration> {
        let left = match self.answered {
            Some(_) if self.idle => SILENCE.checked_sub(self.last_heard.elapsed()),
            Some(answered) => wait.idle.checked_sub(answered.elapsed()),
            None => wait.answer.checked_sub(self.start.elapsed()),
        };
        if left.is_none() && self.answered.is_none() {
            self.end(Ending::TimedOut);
        }
        left.filter(|left| !left.is_zero())
    }

    fn end(&mut self, ending: Ending) {
        self.outcome.ending = ending;
        self.outcome.seconds = self.start.elapsed().as_secs_f64();
    }

    /// Takes in what came on a channel.
    pub async fn hear(&mut self, message: Result<JupyterMessage, RuntimeError>) {
        match message {
            Ok(message)
                if message.parent_header.as_ref().is_some_and(|parent| parent.msg_id == self.request) =>
            {
                self.last_heard = Instant::now();
                self.take(message.content);
            }
            Ok(_) | Err(RuntimeError::ParseError { .. }) => {}
            // A closed channel answers at once, again and again; whether the kernel is gone is seen elsewhere.
            Err(_) => tokio::time::sleep(SILENCE).await,
        }
    }

    fn take(&mut self, content: JupyterMessageContent) {
        use JupyterMessageContent as It;
        match content {
            It::ExecuteReply(reply) => self.answer(reply.status == ReplyStatus::Ok),
            It::KernelInfoReply(_) => self.answer(true),
            It::Status(status) => self.idle |= status.execution_state == ExecutionState::Idle,
            It::StreamContent(stream) => {
                self.clear_if_due();
                self.add(&stream.text);
                if matches!(stream.name, Stdio::Stderr) && self.outcome.stderr.len() < KEPT {
                    self.outcome.stderr += &stream.text;
                }
            }
            It::ErrorOutput(error) => {
                self.clear_if_due();
                self.add(&error.evalue);
                self.outcome.error.get_or_insert(error.ename);
                let lines = if error.traceback.is_empty() { vec![error.evalue] } else { error.traceback };
                self.outcome.errors += &(lines.join("\n") + "\n");
            }
            It::ExecuteResult(result) => self.show(result.data, None),
            It::DisplayData(display) => {
                self.show(display.data, display.transient.and_then(|it| it.display_id))
            }
            It::UpdateDisplayData(update) => {
                let is_meant = |id: &Option<String>| id.is_some() && *id == update.transient.display_id;
                if let Some(at) = self.ids.iter().position(is_meant) {
                    self.outcome.displays[at] = update.data;
                }
            }
            It::ClearOutput(clear) => {
                self.clears = true;
                if !clear.wait {
                    self.clear_if_due();
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        if self.outcome.text.len() < KEPT {
            self.outcome.text += text;
        }
    }

    fn show(&mut self, data: Media, id: Option<String>) {
        self.clear_if_due();
        let plain = data.content.iter().filter_map(|part| match part {
            MediaType::Plain(text) => Some(text.as_str()),
            _ => None,
        });
        let plain: String = plain.collect();
        self.add(&plain);
        self.outcome.displays.push(data);
        self.ids.push(id);
    }

    /// What was cleared is not seen. What went to stderr is kept: it is judged.
    fn clear_if_due(&mut self) {
        if std::mem::take(&mut self.clears) {
            self.outcome.text.clear();
            self.outcome.displays.clear();
            self.ids.clear();
        }
    }

    fn answer(&mut self, ok: bool) {
        self.answered = Some(Instant::now());
        self.end(if ok { Ending::Ok } else { Ending::Error });
    }
}

#[cfg(test)]
mod tests {
    use jupyter_protocol::{ClearOutput, DisplayData, ExecuteRequest, Transient, UpdateDisplayData};

    use super::*;

    fn plain(text: &str) -> Media {
        Media { content: vec![MediaType::Plain(text.to_owned())] }
    }

    fn texts(outcome: &Outcome) -> Vec<&str> {
        let parts = outcome.displays.iter().flat_map(|media| &media.content);
        parts
            .filter_map(|part| if let MediaType::Plain(text) = part { Some(text.as_str()) } else { None })
            .collect()
    }

    fn display(text: &str, id: &str) -> JupyterMessageContent {
        let transient = Some(Transient { display_id: Some(id.to_owned()) });
        DisplayData { transient, ..DisplayData::new(plain(text)) }.into()
    }

    fn heard(contents: Vec<JupyterMessageContent>) -> Outcome {
        let mut answer = Answer::to(&ExecuteRequest::new(String::new()).into());
        contents.into_iter().for_each(|content| answer.take(content));
        answer.into_outcome()
    }

    #[test]
    fn a_display_is_updated_in_its_place() {
        let update = UpdateDisplayData::new(plain("two"), "a").into();
        let unknown = UpdateDisplayData::new(plain("three"), "c").into();
        let outcome = heard(vec![display("one", "a"), display("other", "b"), update, unknown]);
        assert_eq!(texts(&outcome), ["two", "other"]);
    }

    #[test]
    fn what_was_cleared_is_not_seen_and_with_wait_stays_until_more_comes() {
        let wait = || ClearOutput { wait: true }.into();
        let outcome = heard(vec![display("one", "a"), wait(), display("two", "b"), wait()]);
        assert_eq!((texts(&outcome), outcome.text.as_str()), (vec!["two"], "two"));
        let outcome = heard(vec![display("one", "a"), ClearOutput { wait: false }.into()]);
        assert!(outcome.displays.is_empty() && outcome.text.is_empty());
    }
}
