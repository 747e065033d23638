//! What a person sees on stderr while lessons run: a bar in a terminal, whole lines elsewhere.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::lesson::Cell;

/// The progress of one lesson.
pub struct Progress {
    bar: ProgressBar,
    name: String,
    lines: bool,
}

impl Progress {
    /// For the lesson `name`, as number `at` of `all`, among the bars of others that run at the same time.
    pub fn new(bars: &MultiProgress, name: &str, at: usize, all: usize) -> Self {
        let name = format!("[{at}/{all}] {name}");
        let bar = bars.add(ProgressBar::no_length());
        let lines = bar.is_hidden();
        let style = ProgressStyle::with_template("{spinner} {prefix} {bar:20} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(name.clone());
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self { bar, name, lines }
    }

    /// The kernel is being started.
    pub fn starting(&self) {
        self.bar.set_message("starting a kernel");
        if self.lines {
            eprintln!("{}: starting a kernel", self.name);
        }
    }

    /// A cell is being run.
    pub fn cell(&self, cell: &Cell, all: usize, during: &str) {
        self.bar.set_length(all as u64);
        self.bar.set_position(cell.number as u64 - 1);
        self.bar.set_message(format!("cell {} of {all}: {during}{}", cell.number, cell.place().line));
    }

    /// The lesson has run.
    pub fn done(&self, seconds: Option<f64>, faults: usize) {
        self.bar.finish_and_clear();
        if self.lines {
            let seconds = seconds.map_or_else(|| "not run".to_owned(), |seconds| format!("{seconds:.1} s"));
            eprintln!("{}: {seconds}, faults: {faults}", self.name);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
