//! The kernel that a Jupyter client sees. It answers at once, keeps cells until an evcxr_jupyter is there to run them,
//! and tells honestly what came of them.
//!
//! | module | holds |
//! |---|---|
//! | `desk` | every request, what becomes of it, and in what order |
//! | `cell` | one running cell: what comes of it, and its answer |
//! | `stderr` | panics told apart from other text |
//! | `source` | from a line of generated source to the learner's line |
//! | `fault` | what a failed cell answers |
//! | `answers` | what needs no kernel to be answered |
//! | `stop` | ending a cell that is being compiled |
//! | `sockets` | the client's side of the wire |
//! | `gate` | keeps from it what would end the kernel |
//! | `measure` | how long what comes in is |
//! | `backend` | evcxr_jupyter's side of the wire |
//! | `wire` | messages as signed frames |

mod answers;
mod backend;
mod cell;
mod desk;
mod fault;
mod gate;
mod measure;
mod sockets;
mod source;
mod stderr;
mod stop;
mod wire;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use jupyter_protocol::ConnectionInfo;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::time::{sleep, sleep_until};

use super::host::Word;
use crate::project::Project;
use backend::{Backend, Heard};
use desk::{Desk, Then};
use sockets::{Channel, Sockets};
use wire::Message;

/// Between two looks at whether Jupyter is still there. Rare, for this runs beside measurements.
const LOOK: Duration = Duration::from_millis(500);

/// Something that happened. What concerns a kernel behind the front says which one, counted from the first.
pub enum Event {
    /// A client asked for something.
    Asked(Channel, Message),
    /// The kernel's host said something.
    Host(u64, Word),
    /// The kernel has loaded everything.
    Ready(u64, Box<Backend>),
    /// The kernel said something.
    Heard(u64, Heard),
    /// Ctrl-C.
    Interrupt,
    /// Jupyter is gone, or wants this to end.
    End,
}

/// `cargo lab kernel`: is the kernel for `connection_file` until it is shut down.
///
/// # Errors
/// When the connection file cannot be read, or a port is taken.
pub fn serve(project: &Project, connection_file: &Path) -> Result<ExitCode> {
    let named = || format!("the connection file {} cannot be read", connection_file.display());
    let connection: ConnectionInfo =
        serde_json::from_slice(&fs::read(connection_file).with_context(named)?).with_context(named)?;
    // Two threads: clients are answered while a message is being written.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run(project, &connection))?;
    // What a task still waits for is of no interest any more.
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}

async fn run(project: &Project, connection: &ConnectionInfo) -> Result<()> {
    let (sender, mut events) = mpsc::unbounded_channel();
    let sockets = Sockets::open(connection, project.cache(), &sender).await?;
    tokio::spawn(watch(sender.clone()));
    let mut desk = Desk::open(project, sockets, sender);
    loop {
        let then = match desk.deadline() {
            None => match events.recv().await {
                Some(event) => desk.take(event).await,
                None => Then::End,
            },
            Some(deadline) => tokio::select! {
                event = events.recv() => match event {
                    Some(event) => desk.take(event).await,
                    None => Then::End,
                },
                () = sleep_until(deadline.into()) => desk.look(events.is_empty()).await,
            },
        };
        if then == Then::End {
            desk.close().await;
            return Ok(());
        } else if events.is_empty() {
            desk.flush().await;
        }
    }
}

/// Tells of signals, and of Jupyter's end.
async fn watch(events: UnboundedSender<Event>) {
    let jupyter = parent();
    loop {
        let event = tokio::select! {
            _ = tokio::signal::ctrl_c() => Event::Interrupt,
            () = wanted_to_end() => Event::End,
            () = sleep(LOOK) => {
                if parent() == jupyter {
                    continue;
                }
                Event::End
            }
        };
        if events.send(event).is_err() {
            return;
        }
    }
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}

#[cfg(unix)]
async fn wanted_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut end), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = end.recv() => {}
        _ = hang_up.recv() => {}
    }
}

#[cfg(not(unix))]
async fn wanted_to_end() {
    std::future::pending().await
}
