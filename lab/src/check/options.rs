//! What to check, and how: the command line of `cargo lab check`.

use std::path::PathBuf;

/// The most seconds that a limit can be given as.
const LONGEST: f64 = 86_400.0;

/// What to check, and how.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Exit code: 0 without a fault, 1 with one, 130 after Ctrl-C.")]
pub struct Options {
    /// Lessons, each by number (01), name, file name or path; all of them when none is named.
    pub notebooks: Vec<PathBuf>,
    /// First clear outputs, give missing ids, and write the links back and next; touches no other source.
    #[arg(long)]
    pub fix: bool,
    /// Print JSON: format, faults (how many), and for each of lessons its name, cells, seconds, figures,
    /// exercises, mended, notes, and faults, each with kind, cell (number, id, line), what, text and mend.
    #[arg(long)]
    pub json: bool,
    /// Validate only; start no kernel.
    #[arg(long)]
    pub no_run: bool,
    /// Check the lessons in this folder instead of the checkout's.
    #[arg(long, value_name = "FOLDER", hide = true)]
    pub folder: Option<PathBuf>,
    /// The longest that one cell may run.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub cell_seconds: f64,
    /// The longest that a lesson's cells may run together, each once.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub lesson_seconds: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            notebooks: Vec::new(),
            folder: None,
            fix: false,
            json: false,
            no_run: false,
            cell_seconds: 30.0,
            lesson_seconds: 60.0,
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    let fits = number > 0.0 && number <= LONGEST;
    if fits { Ok(number) } else { Err(format!("a limit is more than 0 and at most {LONGEST} seconds")) }
}
