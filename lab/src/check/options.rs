//! What to check, and how: the command line of `cargo lab check`.

use std::path::PathBuf;

/// The most seconds that a limit can be given as.
const LONGEST: f64 = 86_400.0;

/// What to check, and how.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Answers to exercise 02.3 lie in notebooks/answers/02.3: wrong-NAME.rs and cheat-NAME.rs (three or more, \
one a cheat), right-NAME.rs (one or more), each a whole exercise cell that begins with a comment on what the learner thought.\n\n\
Exit code: 0 without a fault, 1 with one, 130 after Ctrl-C."
)]
pub struct Options {
    /// Lessons, each by number (01), name, file name or path; all of them when none is named.
    pub notebooks: Vec<PathBuf>,
    /// First clear outputs, give missing ids, fold check cells away, and write the links back and next and the
    /// glossary; touches no other source.
    #[arg(long)]
    pub fix: bool,
    /// Print JSON: format, faults (how many), answers (wrong, refused, right, accepted), course (faults), and for each of
    /// lessons its name, cells, seconds, figures, exercises, answers, mended, notes, and faults, each with kind, cell
    /// (number, id, line), what, text and mend.
    #[arg(long)]
    pub json: bool,
    /// Validate only; start no kernel.
    #[arg(long)]
    pub no_run: bool,
    /// Run the lessons on evcxr_jupyter alone, as other kernels' users have it, instead of the course's own kernel.
    #[arg(long)]
    pub stock: bool,
    /// Check the lessons in this folder instead of the checkout's.
    #[arg(long, value_name = "FOLDER", hide = true)]
    pub folder: Option<PathBuf>,
    /// How many lessons to run at the same time; else as many as there are cores, and 1 GB of free memory each.
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// The longest that one cell may run; lessons that run at the same time on few cores get more.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub cell_seconds: f64,
    /// The longest that a lesson's cells may run together, each once; likewise.
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
            stock: false,
            jobs: None,
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
