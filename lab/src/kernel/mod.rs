//! One running kernel: its own warm folder, its process, its clean-up.
//!
//! | module | holds |
//! |---|---|
//! | [`warm`] | a kernel's own copy of the folder in which the support crate is built already |
//! | [`watch`] | the little process that cleans up after a kernel, however it ended |
//! | [`drive`] | a client that waits for a kernel and runs cells in it |

pub mod drive;
pub mod warm;
pub mod watch;

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::setup::{evcxr, sources};
pub use warm::WarmFolder;

/// `evcxr_jupyter` for `connection_file`, ready to spawn in a process group of its own, to be killed whole.
///
/// Its current folder is `notebooks/`, so that the lessons' set-up cell means the support crate of this checkout.
pub fn command(project: &Project, warm: &WarmFolder, connection_file: &Path) -> Command {
    let mut command = in_this_group(project, warm, connection_file);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

fn in_this_group(project: &Project, warm: &WarmFolder, connection_file: &Path) -> Command {
    let place = warm.place();
    let mut command = Command::new(evcxr::program(place));
    command
        .arg("--control_file")
        .arg(connection_file)
        .current_dir(project.notebooks())
        .env("EVCXR_TMPDIR", warm.crate_folder())
        .env("EVCXR_CONFIG_DIR", warm.config_folder())
        // The kernel would bring a kernel spec of the user's own up to date. There is none in here.
        .env("JUPYTER_PATH", warm.config_folder())
        // A learner's panic is two lines; the frames below it are the kernel's.
        .env("RUST_BACKTRACE", "0")
        .env("PATH", path_with(&place.toolchain.bin()));
    // What cargo tells a program it runs is not meant for the cargo that builds cells.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name == "CARGO_ENCODED_RUSTFLAGS"
        {
            command.env_remove(&*name);
        }
    }
    if let Some(sources) = sources::folder(place).or_else(|| place.toolchain.library()) {
        command.env("RUST_SRC_PATH", sources);
    }
    if env::var_os("TIMELANES_STATE").is_none() {
        command.env("TIMELANES_STATE", project.state());
    }
    // Holds the folder's lock for as long as the kernel lives, whatever becomes of this process.
    if let Ok(owner) = warm.owner() {
        command.stdin(owner);
    }
    command
}

/// PATH with the toolchain's own programs first: through rustup's proxies each start takes 10 ms more.
fn path_with(bin: &Path) -> std::ffi::OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(bin.to_owned()).chain(env::split_paths(&path));
    env::join_paths(folders).unwrap_or(path)
}

/// `cargo lab kernel`: becomes the kernel for `connection_file`, in a warm folder of its own.
///
/// # Errors
/// When the kernel is not built, or its folder cannot be written.
pub fn serve(project: &Project, connection_file: &Path) -> Result<ExitCode> {
    let connection_file = connection_file
        .canonicalize()
        .with_context(|| format!("the connection file {} cannot be read", connection_file.display()))?;
    let warm = WarmFolder::take(project)?;
    let mut command = in_this_group(project, &warm, &connection_file);
    if !Path::new(command.get_program()).is_file() {
        bail!("the Rust kernel is not built: run `cargo lab setup`");
    }
    become_kernel(&mut command, warm)
}

/// Jupyter then has the kernel itself as its child: signals and the exit code need nobody between.
#[cfg(unix)]
fn become_kernel(command: &mut Command, warm: WarmFolder) -> Result<ExitCode> {
    watch::start(&warm)?;
    let error = std::os::unix::process::CommandExt::exec(command);
    drop(warm);
    Err(error).context("the Rust kernel could not be started")
}

#[cfg(not(unix))]
fn become_kernel(command: &mut Command, warm: WarmFolder) -> Result<ExitCode> {
    let status = command.status().context("the Rust kernel could not be started")?;
    drop(warm);
    Ok(ExitCode::from(status.code().and_then(|code| code.try_into().ok()).unwrap_or(1)))
}
