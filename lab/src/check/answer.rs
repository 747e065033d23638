//! Everything that comes of one request to a kernel, and when it is all there.

use std::time::{Duration, Instant};

use jupyter_protocol::{ExecutionState, JupyterMessage, JupyterMessageContent, Media, ReplyStatus, Stdio};
use jupyter_zmq_client::RuntimeError;

/// evcxr passes the cells' output on in a thread of its own, so some may come after the answer. This long
/// a silence is taken for its end; what comes later still is found in the next cell.
const SILENCE: Duration = Duration::from_millis(40);
/// No more of stderr than this is kept: a cell may write it for as long as it runs.
const KEPT: usize = 64 * 1024;

/// How the run of a cell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The kernel answered "ok", which it does after a panic too.
    Ok,
    /// The kernel answered "error": the code did not compile, or the process that runs cells is gone.
    Error,
    /// It took longer than it may.
    TimedOut,
    /// The kernel is gone.
    Died,
}

/// All that came of a cell.
#[derive(Debug)]
pub struct Outcome {
    pub ending: Ending,
    pub seconds: f64,
    pub stderr: String,
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
    pub ending: Ending,
    pub outcome: Outcome,
}

impl Answer {
    /// Nothing heard yet.
    pub fn to(request: &JupyterMessage) -> Self {
        let now = Instant::now();
        let (ending, nothing) = (Ending::Ok, String::new());
        let outcome =
            Outcome { ending, seconds: 0.0, stderr: nothing.clone(), errors: nothing, displays: Vec::new() };
        let request = request.header.msg_id.clone();
        Self { request, start: now, answered: None, idle: false, last_heard: now, ending, outcome }
    }

    /// Whether both the answer and the broadcast that ends it were heard.
    pub fn is_complete(&self) -> bool {
        self.answered.is_some() && self.idle
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

    /// Ends it without an answer from the kernel, or with it.
    pub fn end(&mut self, ending: Ending) {
        self.ending = ending;
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
        match content {
            JupyterMessageContent::ExecuteReply(reply) => self.answer(reply.status == ReplyStatus::Ok),
            JupyterMessageContent::KernelInfoReply(_) => self.answer(true),
            JupyterMessageContent::Status(status) => {
                self.idle |= status.execution_state == ExecutionState::Idle
            }
            JupyterMessageContent::StreamContent(stream)
                if matches!(stream.name, Stdio::Stderr) && self.outcome.stderr.len() < KEPT =>
            {
                self.outcome.stderr += &stream.text;
            }
            JupyterMessageContent::ErrorOutput(error) => {
                let lines = if error.traceback.is_empty() { vec![error.evalue] } else { error.traceback };
                self.outcome.errors += &(lines.join("\n") + "\n");
            }
            JupyterMessageContent::ExecuteResult(result) => self.outcome.displays.push(result.data),
            JupyterMessageContent::DisplayData(display) => self.outcome.displays.push(display.data),
            _ => {}
        }
    }

    fn answer(&mut self, ok: bool) {
        self.answered = Some(Instant::now());
        self.end(if ok { Ending::Ok } else { Ending::Error });
    }
}
