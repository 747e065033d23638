//! A client of one kernel: starts it, waits until it is ready, runs cells one after the other.
//!
//! Set-up warms a folder with it; tests and the bench measure with it. `cargo lab check`, which has to judge what
//! cells do, has a client of its own.

use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jupyter_protocol::{
    ConnectionInfo, ExecuteRequest, ExecutionState, JupyterMessage, JupyterMessageContent, KernelInfoRequest,
    ReplyStatus, Stdio as Stream, Transport,
};
use jupyter_zmq_client::{
    ClientIoPubConnection, ClientShellConnection, create_client_iopub_connection,
    create_client_shell_connection_with_identity, peek_ports_with_listeners, peer_identity_for_session,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::process::{Group, Interrupted, is_stopped};

const LOOK: Duration = Duration::from_millis(20);
/// How long a kernel may take to answer; building the support crate on a slow machine is part of it.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How long a broken kernel may take to end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A kernel that is ready. Dropping it kills it with all it started.
pub struct Session {
    process: Group,
    words: Arc<Mutex<Vec<String>>>,
    shell: ClientShellConnection,
    iopub: ClientIoPubConnection,
    runtime: Runtime,
    _folder: TempDir,
}

/// What came of a cell.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Whether the kernel answered `ok`. It does so for a panic too.
    pub is_ok: bool,
    /// All text: printed, shown, of errors.
    pub text: String,
    /// From sending the cell to the kernel's being idle again.
    pub took: Duration,
}

impl Session {
    /// Starts the kernel that `command` makes of a connection file, and waits until it is ready. Each line it
    /// writes to stderr meanwhile goes to `hear`.
    ///
    /// # Errors
    /// When it cannot be started, or ends before it is ready; the error has its words.
    pub fn start(
        command: impl FnOnce(&Path) -> Command,
        hear: impl FnMut(&str) + Send + 'static,
    ) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        let connection_file = folder.path().join("connection.json");
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (ports, listeners) = runtime.block_on(peek_ports_with_listeners(ip, 5))?;
        let connection = connection(ip, &ports);
        std::fs::write(&connection_file, serde_json::to_vec(&connection)?)?;
        let mut command = command(&connection_file);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        // Held until now, so that nobody else was given these ports.
        drop(listeners);
        let mut process = Group::spawn(&mut command)?;
        let words = listen(&mut process, hear);
        let (shell, iopub) = runtime.block_on(connect(&mut process, &connection, &words))?;
        Ok(Self { process, words, shell, iopub, runtime, _folder: folder })
    }

    /// Runs a cell to its end.
    ///
    /// # Errors
    /// When the kernel ends meanwhile.
    pub fn run(&mut self, code: &str) -> Result<Reply> {
        let Self { process, words, shell, iopub, runtime, .. } = self;
        runtime.block_on(async {
            tokio::select! {
                reply = run(shell, iopub, code) => reply,
                end = ended(process, words) => Err(end),
            }
        })
    }

    /// The process id of the kernel.
    pub fn id(&mut self) -> u32 {
        self.process.child().id()
    }
}

/// What a connection file says, for the five free `ports` of one kernel.
pub(crate) fn connection(ip: IpAddr, ports: &[u16]) -> ConnectionInfo {
    ConnectionInfo {
        ip: ip.to_string(),
        transport: Transport::TCP,
        shell_port: ports[0],
        iopub_port: ports[1],
        stdin_port: ports[2],
        control_port: ports[3],
        hb_port: ports[4],
        key: random(),
        signature_scheme: "hmac-sha256".into(),
        kernel_name: Some("rust".into()),
    }
}

/// A text that nobody can guess.
pub(crate) fn random() -> String {
    // A message's id is random.
    JupyterMessage::new(KernelInfoRequest {}, None).header.msg_id
}

/// Waits until the kernel of `connection` answers.
///
/// # Errors
/// When it cannot be connected to, or does not answer in a quarter of an hour.
pub(crate) fn wait_until_ready(connection: &ConnectionInfo) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { tokio::time::timeout(PATIENCE, until_ready(connection)).await? })?;
    Ok(())
}

fn listen(process: &mut Group, mut hear: impl FnMut(&str) + Send + 'static) -> Arc<Mutex<Vec<String>>> {
    let words = Arc::new(Mutex::new(Vec::new()));
    if let Some(stderr) = process.child().stderr.take() {
        let words = Arc::clone(&words);
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(std::io::Result::ok) {
                hear(&line);
                if let Ok(mut words) = words.lock() {
                    words.push(line);
                }
            }
        });
    }
    words
}

/// Waits for the kernel's end, or for Ctrl-C.
async fn ended(process: &mut Group, words: &Mutex<Vec<String>>) -> anyhow::Error {
    loop {
        if is_stopped() {
            return Interrupted.into();
        } else if let Some(status) = process.ended() {
            // Its last words are still on their way.
            tokio::time::sleep(LOOK).await;
            let words = words.lock().map(|words| words.join("\n")).unwrap_or_default();
            return anyhow::anyhow!("the kernel ended ({status}):\n{words}");
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn connect(
    process: &mut Group,
    connection: &ConnectionInfo,
    words: &Mutex<Vec<String>>,
) -> Result<(ClientShellConnection, ClientIoPubConnection)> {
    let ready = tokio::select! {
        ready = tokio::time::timeout(PATIENCE, until_ready(connection)) => {
            ready.unwrap_or_else(|_| bail!("the kernel did not answer within {} minutes", PATIENCE.as_secs() / 60))
        }
        end = ended(process, words) => return Err(end),
    };
    match ready {
        Ok(connections) => Ok(connections),
        // A kernel that dies while it is being connected to is first seen as a broken connection; its words say more.
        Err(error) => Err(tokio::time::timeout(LAST_WORDS, ended(process, words)).await.unwrap_or(error)),
    }
}

async fn until_ready(info: &ConnectionInfo) -> Result<(ClientShellConnection, ClientIoPubConnection)> {
    // The port that the kernel opens last.
    while tokio::net::TcpStream::connect((info.ip.as_str(), info.iopub_port)).await.is_err() {
        tokio::time::sleep(LOOK).await;
    }
    let identity = peer_identity_for_session(&info.key)?;
    let mut shell = create_client_shell_connection_with_identity(info, &info.key, identity).await?;
    let mut iopub = create_client_iopub_connection(info, "", &info.key).await?;
    loop {
        shell.send(KernelInfoRequest {}.into()).await?;
        shell.read().await?;
        // An answer here says that the subscription has arrived, and no output will be missed.
        if tokio::time::timeout(LOOK * 10, iopub.read()).await.is_ok() {
            return Ok((shell, iopub));
        }
    }
}

async fn run(
    shell: &mut ClientShellConnection,
    iopub: &mut ClientIoPubConnection,
    code: &str,
) -> Result<Reply> {
    let start = Instant::now();
    let request = JupyterMessage::from(cell(code));
    let id = request.header.msg_id.clone();
    shell.send(request).await?;
    let mut text = String::new();
    loop {
        let message = iopub.read().await?;
        if message.parent_header.as_ref().is_none_or(|parent| parent.msg_id != id) {
            continue;
        } else if !add_text(&message.content, &mut text) {
            break;
        }
    }
    let took = start.elapsed();
    loop {
        let message = shell.read().await?;
        if let JupyterMessageContent::ExecuteReply(reply) = &message.content {
            return Ok(Reply { is_ok: matches!(reply.status, ReplyStatus::Ok), text, took });
        } else if message.parent_header.as_ref().is_some_and(|parent| parent.msg_id == id) {
            bail!("the kernel answered a cell with {}", message.header.msg_type);
        }
    }
}

/// The request to run `code` as a notebook runs a cell.
pub(crate) fn cell(code: &str) -> ExecuteRequest {
    ExecuteRequest {
        code: code.to_owned(),
        silent: false,
        store_history: true,
        user_expressions: None,
        allow_stdin: false,
        stop_on_error: false,
    }
}

/// Adds what `content` says; false when it says that the kernel is idle again.
fn add_text(content: &JupyterMessageContent, text: &mut String) -> bool {
    match content {
        JupyterMessageContent::StreamContent(stream) => {
            debug_assert!(matches!(stream.name, Stream::Stdout | Stream::Stderr));
            text.push_str(&stream.text);
        }
        JupyterMessageContent::ExecuteResult(result) => text.push_str(&plain(&result.data)),
        JupyterMessageContent::DisplayData(shown) => text.push_str(&plain(&shown.data)),
        JupyterMessageContent::ErrorOutput(error) => text.push_str(&error.evalue),
        // What was shown while the kernel was waited for.
        JupyterMessageContent::ClearOutput(_) => text.clear(),
        JupyterMessageContent::Status(status) => return status.execution_state != ExecutionState::Idle,
        _ => {}
    }
    true
}

fn plain(media: &jupyter_protocol::Media) -> String {
    let texts = media.content.iter().filter_map(|part| match part {
        jupyter_protocol::MediaType::Plain(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
