//! A client of one kernel: starts it, waits until it is ready, runs cells one after the other.
//!
//! Set-up warms a folder with it, `cargo lab check` judges lessons by it, tests measure with it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jupyter_protocol::{ConnectionInfo, ExecuteRequest, InterruptRequest, JupyterMessage, KernelInfoRequest};
use jupyter_zmq_client::{
    ClientControlConnection, ClientIoPubConnection, ClientShellConnection, create_client_control_connection,
    create_client_iopub_connection, create_client_shell_connection_with_identity, peer_identity_for_session,
};
use tokio::time::{sleep, timeout};

use super::outcome::{Answer, Ending, Outcome, Wait};
use super::ports::Ports;
use crate::process::{Group, Interrupted, is_stopped};

/// How often to look whether the kernel is still there.
const LOOK: Duration = Duration::from_millis(50);
/// How long a kernel may take to be ready; building the support crate on a slow machine is part of it.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How long the broadcast "idle" may come after the answer, and while it is not known whether anybody hears it.
const IDLE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_millis(300));
/// How long an interrupted kernel may take to answer.
const INTERRUPT: Duration = Duration::from_secs(3);
/// How long a broken kernel may take to end.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long all that belongs to a killed kernel may take to be gone.
const GONE: Duration = Duration::from_secs(5);

/// A kernel that is ready. Dropping it kills it with all it started, and waits until they are gone.
pub struct Client {
    channels: Channels,
    process: Group,
    words: Words,
}

impl Client {
    /// Starts the kernel that `command` makes of a connection file, which is written to `connection_file`, and waits
    /// until it is ready. Each line it writes to stderr goes to `hear`.
    ///
    /// # Errors
    /// When it cannot be started, or ends before it is ready; the error has its words.
    pub async fn start(
        connection_file: &Path,
        command: impl FnOnce(&Path) -> Command,
        hear: impl FnMut(&str) + Send + 'static,
    ) -> Result<Self> {
        // Held until the kernel answers.
        let mut ports = Ports::hold()?;
        std::fs::write(connection_file, serde_json::to_vec(&ports.connection)?)?;
        let mut command = command(connection_file);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        ports.let_go();
        let mut process = Group::spawn(&mut command)?;
        let words = Words::listen(&mut process, hear);
        let ready = tokio::select! {
            ready = timeout(PATIENCE, Channels::open(&ports.connection)) => ready.unwrap_or_else(|_| {
                bail!("the kernel did not answer within {} minutes", PATIENCE.as_secs() / 60)
            }),
            () = ended(&mut process) => Err(words.of_end(&mut process).await),
        };
        let channels = match ready {
            Ok(channels) => channels,
            // A kernel that dies while it is being connected to is first seen as a broken connection; its words say more.
            Err(error) => {
                return Err(match timeout(LAST_WORDS, ended(&mut process)).await {
                    Ok(()) => words.of_end(&mut process).await,
                    Err(_) => error,
                });
            }
        };
        Ok(Self { channels, process, words })
    }

    /// Runs `code`, at most for `limit`. After a time-out the kernel has been interrupted, and its variables
    /// are gone.
    pub async fn execute(&mut self, code: &str, limit: Duration) -> Outcome {
        let mut answer = Answer::to(&JupyterMessage::from(cell("")));
        let request = JupyterMessage::from(cell(code));
        tokio::select! {
            it = self.channels.ask(request, Wait { answer: limit, idle: IDLE.0 }) => answer = it,
            () = ended(&mut self.process) => {}
        }
        let outcome = answer.into_outcome();
        if outcome.ending == Ending::TimedOut {
            // When it does not answer, it is killed with this client.
            let _ = timeout(INTERRUPT, self.channels.interrupt()).await;
        }
        outcome
    }

    /// The process id of the kernel.
    pub fn id(&mut self) -> u32 {
        self.process.child().id()
    }

    /// How the kernel ended, with its last words.
    pub async fn end(&mut self) -> anyhow::Error {
        self.words.of_end(&mut self.process).await
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.process.end();
        // What cleans up after a killed kernel writes to the same place until it is done.
        let start = Instant::now();
        while self.words.are_coming() && start.elapsed() < GONE {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The three channels that are needed of a kernel's five.
struct Channels {
    shell: ClientShellConnection,
    control: ClientControlConnection,
    iopub: ClientIoPubConnection,
}

impl Channels {
    /// Connects, and asks until an answer has come on both channels: one alone does not say that the other is open yet.
    async fn open(info: &ConnectionInfo) -> Result<Self> {
        // The port that the kernel opens last.
        while tokio::net::TcpStream::connect((info.ip.as_str(), info.iopub_port)).await.is_err() {
            sleep(LOOK / 2).await;
        }
        let (id, identity) = (&info.key, peer_identity_for_session(&info.key)?);
        let iopub = create_client_iopub_connection(info, "", id).await?;
        let shell = create_client_shell_connection_with_identity(info, id, identity).await?;
        let control = create_client_control_connection(info, id).await?;
        let mut channels = Self { shell, control, iopub };
        let wait = Wait { answer: PATIENCE, idle: IDLE.1 };
        while !channels.ask(KernelInfoRequest {}.into(), wait).await.is_complete() {}
        Ok(channels)
    }

    /// Sends a request and collects until it is answered and nothing more comes.
    async fn ask(&mut self, request: JupyterMessage, wait: Wait) -> Answer {
        let mut answer = Answer::to(&request);
        if self.shell.send(request).await.is_err() {
            // Whether the kernel is gone is seen elsewhere.
            sleep(LAST_WORDS).await;
            return answer;
        }
        while let Some(pause) = answer.pause(wait) {
            tokio::select! {
                message = self.iopub.read() => answer.hear(message).await,
                message = self.shell.read() => answer.hear(message).await,
                () = sleep(pause) => {}
            }
        }
        answer
    }

    async fn interrupt(&mut self) -> Result<()> {
        self.control.send(InterruptRequest {}.into()).await?;
        self.control.read().await?;
        Ok(())
    }
}

/// What a kernel itself says, as against its cells.
struct Words {
    lines: Arc<Mutex<Vec<String>>>,
    listener: Option<JoinHandle<()>>,
}

impl Words {
    fn listen(process: &mut Group, mut hear: impl FnMut(&str) + Send + 'static) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let listener = process.child().stderr.take().map(|stderr| {
            let lines = Arc::clone(&lines);
            thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(std::io::Result::ok) {
                    hear(&line);
                    lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                }
            })
        });
        Self { lines, listener }
    }

    fn are_coming(&self) -> bool {
        self.listener.as_ref().is_some_and(|listener| !listener.is_finished())
    }

    /// How `process` ended, with its words. The last are still on their way.
    async fn of_end(&self, process: &mut Group) -> anyhow::Error {
        if is_stopped() {
            return Interrupted.into();
        }
        sleep(LOOK).await;
        let how = process.ended().map_or_else(String::new, |status| format!(" ({status})"));
        let words = self.lines.lock().unwrap_or_else(PoisonError::into_inner).join("\n");
        // The kernel is built to print backtraces, which say nothing about a cell.
        let said = ["stack backtrace:", "Stack backtrace:"]
            .iter()
            .filter_map(|start| words.split_once(start))
            .next();
        anyhow::anyhow!("the kernel ended{how}:\n{}", said.map_or(words.as_str(), |(said, _)| said).trim())
    }
}

/// Waits for the kernel's end, or for Ctrl-C.
async fn ended(process: &mut Group) {
    while !is_stopped() && process.ended().is_none() {
        sleep(LOOK).await;
    }
}

/// Waits until the kernel of `connection` answers.
///
/// # Errors
/// When it cannot be connected to, or does not answer in a quarter of an hour.
pub(crate) fn wait_until_ready(connection: &ConnectionInfo) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime
        .block_on(async { timeout(PATIENCE, Channels::open(connection)).await? })
        .context("the kernel did not answer")?;
    Ok(())
}

/// A text that nobody can guess.
pub(crate) fn random() -> String {
    // A message's id is random.
    JupyterMessage::new(KernelInfoRequest {}, None).header.msg_id
}

/// The request to run `code` as a notebook runs a cell.
fn cell(code: &str) -> ExecuteRequest {
    ExecuteRequest {
        code: code.to_owned(),
        silent: false,
        store_history: true,
        user_expressions: None,
        allow_stdin: false,
        stop_on_error: false,
    }
}
