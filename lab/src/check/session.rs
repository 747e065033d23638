//! A conversation with one kernel: code goes in, and everything that comes of it is collected.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jupyter_protocol::{InterruptRequest, JupyterMessage, KernelInfoRequest};
use jupyter_zmq_client::{
    ClientControlConnection, ClientIoPubConnection, ClientShellConnection, RuntimeError,
    create_client_control_connection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, peer_identity_for_session,
};
use tokio::time::{sleep, timeout};

use super::answer::{Answer, Ending, Outcome, Wait};
use super::copies::Copy;
use super::kernel_process::KernelProcess;
use crate::kernel::drive::cell;
use crate::project::Project;

/// How long a kernel may take to be ready: it may have to build the support crate first.
const START: Duration = Duration::from_secs(300);
/// How long an interrupted kernel may take to answer.
const INTERRUPT: Duration = Duration::from_secs(3);
/// How long the broadcast "idle" may come after the answer.
const IDLE: Duration = Duration::from_secs(5);
/// How often to look whether the kernel is still there.
const LOOK: Duration = Duration::from_millis(100);

/// A kernel that is ready, and the three channels that are needed of its five.
pub struct Session {
    shell: ClientShellConnection,
    control: ClientControlConnection,
    iopub: ClientIoPubConnection,
    process: KernelProcess,
    copy: Copy,
}

impl Session {
    /// Starts a kernel in `copy` and waits until it is ready.
    ///
    /// # Errors
    /// When the kernel cannot be started, ends at once, or is not ready after five minutes.
    pub async fn start(project: &Project, copy: Copy) -> Result<Self> {
        let process = KernelProcess::start(project, &copy).await?;
        let deadline = Instant::now() + START;
        let mut session = Self::connect(process, copy, deadline).await?;
        session.wait_until_ready(deadline).await?;
        Ok(session)
    }

    async fn connect(mut process: KernelProcess, copy: Copy, deadline: Instant) -> Result<Self> {
        // The port that the kernel opens last.
        let iopub = (process.connection.ip.clone(), process.connection.iopub_port);
        while tokio::net::TcpStream::connect(&iopub).await.is_err() {
            if let Some(status) = process.ended() {
                bail!("the kernel ended at once ({status}): {}", log(&copy));
            } else if Instant::now() > deadline {
                bail!("the kernel opened no port in {} s: {}", START.as_secs(), log(&copy));
            }
            sleep(LOOK / 4).await;
        }
        let info = process.connection.clone();
        let id = &info.key;
        let sockets = async {
            let iopub = create_client_iopub_connection(&info, "", id).await?;
            let identity = peer_identity_for_session(id)?;
            let shell = create_client_shell_connection_with_identity(&info, id, identity).await?;
            Ok::<_, RuntimeError>((iopub, shell, create_client_control_connection(&info, id).await?))
        };
        // A kernel that ends now leaves half-open connections, whose errors tell less than its own words.
        let sockets = sockets.await.with_context(|| log(&copy));
        let (iopub, shell, control) = sockets.context("the kernel cannot be connected to")?;
        Ok(Self { shell, control, iopub, process, copy })
    }

    /// Asks until an answer has come on both channels: one alone does not say that the other is open yet.
    async fn wait_until_ready(&mut self, deadline: Instant) -> Result<()> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let answer = self.ask(KernelInfoRequest {}.into(), Wait { answer: left, idle: LOOK * 5 }).await;
            match answer.ending {
                Ending::Ok | Ending::Error if answer.is_complete() => return Ok(()),
                Ending::Ok | Ending::Error => {}
                Ending::TimedOut => {
                    bail!("the kernel was not ready in {} s: {}", START.as_secs(), self.log())
                }
                Ending::Died => bail!("the kernel ended before it was ready: {}", self.log()),
            }
        }
    }

    /// Runs `code`, at most for `limit`. After a time-out the kernel has been interrupted, and its variables
    /// are gone.
    pub async fn execute(&mut self, code: &str, limit: Duration) -> Outcome {
        let answer = self.ask(cell(code).into(), Wait { answer: limit, idle: IDLE }).await;
        if answer.ending == Ending::TimedOut {
            self.interrupt().await;
        }
        answer.outcome
    }

    /// The last that the kernel itself said.
    pub fn log(&self) -> String {
        log(&self.copy)
    }

    /// Sends a request and collects until it is answered and nothing more comes.
    async fn ask(&mut self, request: JupyterMessage, wait: Wait) -> Answer {
        let mut answer = Answer::to(&request);
        if self.shell.send(request).await.is_err() {
            answer.end(Ending::Died);
            return answer;
        }
        let mut looked = Instant::now();
        while let Some(pause) = answer.pause(wait) {
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                if self.process.ended().is_some() {
                    answer.end(Ending::Died);
                    break;
                }
            }
            tokio::select! {
                message = self.iopub.read() => answer.hear(message).await,
                message = self.shell.read() => answer.hear(message).await,
                () = sleep(pause.min(LOOK)) => {}
            }
        }
        answer
    }

    async fn interrupt(&mut self) {
        let exchange = async {
            self.control.send(InterruptRequest {}.into()).await?;
            self.control.read().await
        };
        // When it does not answer, it is killed with the session.
        let _ = timeout(INTERRUPT, exchange).await;
    }
}

/// The last lines of what the kernel itself said.
fn log(copy: &Copy) -> String {
    let text = std::fs::read_to_string(copy.kernel_log()).unwrap_or_default();
    // The kernel is built to print backtraces, which say nothing about a lesson.
    let said =
        ["stack backtrace:", "Stack backtrace:"].iter().filter_map(|start| text.split_once(start)).next();
    let lines: Vec<_> = said.map_or(text.as_str(), |(said, _)| said).trim().lines().collect();
    if lines.is_empty() {
        "it said nothing".into()
    } else {
        lines[lines.len().saturating_sub(8)..].join("\n")
    }
}
