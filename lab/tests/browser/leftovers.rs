//! Every process the test starts, and all that these start, carries a mark in its environment: what is left is found
//! by it, and ended, however the test ends.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const NAME: &str = "TIMELANES_BROWSER_TEST";
/// How long programs that were told to end may take for it.
const GRACE: Duration = Duration::from_secs(20);

/// Writes a line where it is seen without `--nocapture` too.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The mark of one test.
pub struct Mark {
    value: String,
}

impl Mark {
    /// A mark that no other test has, as long as `folder` is its own.
    pub fn new(folder: &Path) -> Self {
        Self { value: folder.display().to_string() }
    }

    /// Puts the mark on what `command` starts.
    pub fn on<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env(NAME, &self.value)
    }

    /// What still runs when it was told to end and had time for it, each by its number and command line.
    pub fn processes_after_grace(&self) -> Vec<String> {
        let start = Instant::now();
        while !self.processes().is_empty() && start.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(100));
        }
        self.processes().iter().map(|(id, line)| format!("{id} {line}")).collect()
    }

    /// Only Linux lists them; elsewhere the programs are trusted to end what they started.
    fn processes(&self) -> Vec<(i32, String)> {
        let marked = format!("{NAME}={}", self.value);
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        ids.filter_map(|id| {
            let environment = fs::read(format!("/proc/{id}/environ")).ok()?;
            let is_marked = environment.split(|byte| *byte == 0).any(|it| it == marked.as_bytes());
            let line = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
            is_marked.then(|| (id, line.replace('\0', " ")))
        })
        .collect()
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        #[cfg(unix)]
        for (id, _) in self.processes() {
            use nix::{sys::signal, unistd::Pid};
            let _ = signal::kill(Pid::from_raw(id), signal::Signal::SIGKILL);
        }
    }
}
