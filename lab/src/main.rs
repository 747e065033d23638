//! `cargo lab`: the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lab::kernel::stand_in::is_named;
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
    /// Run evcxr_jupyter for one front, or keep one ready; `kernel` starts this.
    #[command(hide = true)]
    KernelHost(lab::kernel::host::Options),
    /// Say what is there, what is missing, and what mends it.
    Doctor,
    /// Take away everything that set-up added: `.venv` and the cache folder.
    Clean,
}

fn main() -> ExitCode {
    let result = if is_named(lab::kernel::rustc::NAME) {
        lab::kernel::rustc::run()
    } else if lab::kernel::cargo::is_meant() {
        lab::kernel::cargo::run()
    } else {
        run(Arguments::parse())
    };
    match result {
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
            lab::kernel::front::serve(&project, &connection_file)
        }
        Command::KernelHost(options) => lab::kernel::host::run(&options),
        Command::Doctor => lab::doctor::run(&Project::find()?),
        Command::Clean => lab::clean::run(&Project::find()?).map(|()| ExitCode::SUCCESS),
    }
}
