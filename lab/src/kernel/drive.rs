//! A kernel that is driven from a thread that may wait.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::client::Client;
use super::outcome::Ending;

/// Nobody watches: a cell that never ends is ended by hand.
const LIMIT: Duration = Duration::from_secs(24 * 3600);

/// A kernel that is ready. Dropping it kills it with all it started.
pub struct Session {
    client: Client,
    runtime: Runtime,
    _folder: TempDir,
}

/// What came of a cell.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Whether the kernel answered `ok`. A stock evcxr_jupyter does so for a panic too.
    pub is_ok: bool,
    /// All text: printed, shown, of errors.
    pub text: String,
    /// From sending the cell to its answer.
    pub took: Duration,
}

impl Session {
    /// Starts the kernel that `command` makes of a connection file, and waits until it is ready. Each line it
    /// writes to stderr goes to `hear`.
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
        let client = runtime.block_on(Client::start(&connection_file, command, hear))?;
        Ok(Self { client, runtime, _folder: folder })
    }

    /// Runs a cell to its end.
    ///
    /// # Errors
    /// When the kernel ends meanwhile.
    pub fn run(&mut self, code: &str) -> Result<Reply> {
        let Self { client, runtime, .. } = self;
        runtime.block_on(async {
            let outcome = client.execute(code, LIMIT).await;
            if outcome.ending == Ending::Died {
                return Err(client.end().await);
            }
            let took = Duration::from_secs_f64(outcome.seconds);
            Ok(Reply { is_ok: outcome.ending == Ending::Ok, text: outcome.text, took })
        })
    }

    /// The process id of the kernel.
    pub fn id(&mut self) -> u32 {
        self.client.id()
    }
}
