//! A kernel that runs a lesson in a copy of its folder.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::copies::Copy;
use crate::kernel::client::Client;
use crate::kernel::host::standby;
use crate::kernel::outcome::{Ending, Outcome};
use crate::kernel::{self, WarmFolder};
use crate::project::Project;

/// How long a kernel may take to run its first cell: it may have to build the support crate first.
const START: Duration = Duration::from_secs(15 * 60);
/// How many of the kernel's last lines are quoted.
const QUOTED: usize = 8;

/// Which kernel runs the lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// The one that learners have: the front, and evcxr_jupyter behind it.
    Own,
    /// evcxr_jupyter alone.
    Stock,
}

/// A kernel that is ready.
pub struct Session {
    // Dropped first: what lies in the folders is in use until then.
    client: Client,
    _warm: Option<WarmFolder>,
    _copy: Copy,
}

impl Session {
    /// Starts a kernel in `copy` and waits until it has run a cell.
    ///
    /// # Errors
    /// When the kernel cannot be started, ends at once, or cannot run cells.
    pub async fn start(project: &Project, copy: Copy, kernel: Kernel) -> Result<Self> {
        let warm = (kernel == Kernel::Stock).then(|| WarmFolder::take(project)).transpose()?;
        let command = |file: &Path| {
            let mut command = match &warm {
                Some(warm) => kernel::command(project, warm, file),
                None => kernel::front_command(project, file),
            };
            in_copy(&mut command, &copy);
            command
        };
        let client = Client::start(&copy.connection_file(), command, |_| {}).await?;
        let mut session = Self { client, _warm: warm, _copy: copy };
        let first = session.execute("();", START).await;
        match first.ending {
            Ending::Ok => Ok(session),
            Ending::Died => bail!(session.log().await),
            Ending::Error | Ending::TimedOut => bail!("it runs no cells: {}", first.text),
        }
    }

    /// Runs `code`, at most for `limit`. After a time-out the kernel has been interrupted, and its variables
    /// are gone.
    pub async fn execute(&mut self, code: &str, limit: Duration) -> Outcome {
        self.client.execute(code, limit).await
    }

    /// How the kernel ended, with its last words.
    pub async fn log(&mut self) -> String {
        let words = self.client.end().await.to_string();
        let lines: Vec<_> = words.lines().collect();
        lines[lines.len().saturating_sub(QUOTED)..].join("\n")
    }
}

/// Far from the learner's files, and told that this is a check.
fn in_copy(command: &mut Command, copy: &Copy) {
    command
        .current_dir(copy.notebooks())
        .env(kernel::FOLDER, copy.notebooks())
        .env("TIMELANES_STATE", copy.state())
        .env("TIMELANES_CHECK", "1")
        .env(standby::VARIABLE, "0");
}
