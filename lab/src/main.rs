//! `cargo lab`: the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lab::process::Interrupted;
use lab::project::Project;

/// Concurrency, seen on your own machine: sets the course up, opens it, checks it.
#[derive(Parser)]
#[command(name = "cargo lab", bin_name = "cargo lab", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    open: lab::open::Options,
}

#[derive(Subcommand)]
enum Command {
    /// Set up where needed, then open JupyterLab on the first lesson (the default).
    Open(lab::open::Options),
    /// Set up, and nothing else; picks up where an interrupted one stopped.
    Setup,
    /// Validate lessons and run them on the real kernel, on copies.
    Check(lab::check::Options),
    /// Start one Rust kernel; JupyterLab calls this.
    #[command(hide = true)]
    Kernel {
        /// The connection file that Jupyter wrote.
        connection_file: PathBuf,
        /// The checkout; else the one that holds the current folder.
        #[arg(long)]
        root: Option<PathBuf>,
        /// The cache folder; else that of TIMELANES_CACHE, or the user's own.
        #[arg(long)]
        cache: Option<PathBuf>,
    },
    /// Clean up after one kernel; `kernel` starts this.
    #[command(hide = true)]
    KernelWatch(lab::kernel::watch::Options),
    /// Say what is there, what is missing, and what mends it.
    Doctor,
    /// Take away everything that set-up added: `.venv` and the cache folder.
    Clean,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(error) if error.is::<Interrupted>() => {
            eprintln!("\n{Interrupted}");
            ExitCode::from(Interrupted::CODE)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command.unwrap_or(Command::Open(arguments.open)) {
        Command::Open(options) => lab::open::open(&Project::find()?, &options),
        Command::Setup => lab::setup::run(&Project::find()?).map(|()| ExitCode::SUCCESS),
        Command::Check(options) => lab::check::run(&Project::find()?, &options),
        Command::Kernel { connection_file, root, cache } => {
            let project = root.map_or_else(Project::find, |root| Project::at(root, cache))?;
            lab::kernel::serve(&project, &connection_file)
        }
        Command::KernelWatch(options) => lab::kernel::watch::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Doctor => lab::doctor::run(&Project::find()?),
        Command::Clean => lab::clean::run(&Project::find()?).map(|()| ExitCode::SUCCESS),
    }
}
