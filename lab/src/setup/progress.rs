//! What set-up says while it works: a bar on a terminal, else a whole line every ten seconds.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const BETWEEN_LINES: Duration = Duration::from_secs(10);
const BETWEEN_TELLS: Duration = Duration::from_secs(1);
/// The file in the cache that repeats it.
const SAID: &str = "setup.progress";
static TOLD: OnceLock<PathBuf> = OnceLock::new();
/// The most letters of what a program says it is at; pip names a hundred packages in one line.
const LETTERS: usize = 60;

/// One piece of work, how far it is, and what it is at.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    bar: Option<ProgressBar>,
    start: Instant,
    last_line: Instant,
    last_told: Instant,
}

impl Progress {
    /// Says that `what` begins.
    pub fn start(what: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(what));
        if bar.is_none() {
            eprintln!("{what} …");
        }
        repeat(what);
        let now = Instant::now();
        Self { what, bar, start: now, last_line: now, last_told: now }
    }

    /// Says that `done` of `total` pieces are done, and what it is at; a `total` of 0 is not known yet.
    pub fn at(&mut self, done: u64, total: u64, at: &str) {
        let at = console::truncate_str(at, LETTERS, "…");
        if self.last_told.elapsed() >= BETWEEN_TELLS {
            let seconds = self.start.elapsed().as_secs();
            repeat(&format!("{}: {done} of {total} after {seconds} s", self.what));
            self.last_told = Instant::now();
        }
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done.min(total));
            bar.set_message(at.into_owned());
        } else if self.last_line.elapsed() >= BETWEEN_LINES {
            let seconds = self.start.elapsed().as_secs();
            eprintln!("{}: {done} of {total} after {seconds} s: {at}", self.what);
            self.last_line = Instant::now();
        }
    }

    /// Says that it is done.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!("{}: done in {:.1} s", self.what, self.start.elapsed().as_secs_f64());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Crates differ in size by a hundred times, so the time left cannot be told from their number: it is not.
fn bar(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} {elapsed} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0).with_style(style).with_prefix(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// From now on, what is said goes to a file in `cache` too.
pub fn tell(cache: &Path) {
    let _ = TOLD.set(cache.join(SAID));
}

fn repeat(text: &str) {
    if let Some(file) = TOLD.get() {
        // Of use only while a kernel waits; a full disk is found elsewhere.
        let _ = fs::write(file, text);
    }
}

/// What the set-up that works in `cache` said last, for a kernel that waits for it.
pub fn read(cache: &Path) -> Option<String> {
    fs::read_to_string(cache.join(SAID)).ok().filter(|text| !text.is_empty())
}

/// How far cargo is, from a line of its progress bar: `Building [==> ] 12/345: clap, serde`.
pub fn of_cargo(line: &str) -> Option<(u64, u64, &str)> {
    let (numbers, at) = line.split_once("] ")?.1.split_once(": ")?;
    let (done, total) = numbers.split_once('/')?;
    Some((done.trim().parse().ok()?, total.trim().parse().ok()?, at.trim()))
}

#[cfg(test)]
mod tests {
    use super::of_cargo;

    #[test]
    fn cargo_says_how_far_it_is() {
        let line = "    Building [=====>          ] 12/345: clap, serde(build)";
        assert_eq!(of_cargo(line), Some((12, 345, "clap, serde(build)")));
        assert_eq!(of_cargo("   Compiling clap v4.6.0"), None);
    }
}
