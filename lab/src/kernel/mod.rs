//! One running kernel: a front that Jupyter sees, and behind it an evcxr_jupyter in a warm folder of its own.
//!
//! | module | holds |
//! |---|---|
//! | [`front`] | the kernel that Jupyter sees |
//! | [`host`] | the process that runs evcxr_jupyter for a front, or keeps one ready |
//! | [`markers`] | lines by which cells and the support crate tell the front what text would leave it to guess |
//! | [`rustc`] | puts markers into cells |
//! | [`cargo`] | answers what rust-analyzer asks at each start, and compiles cells without cargo |
//! | [`stand_in`] | this program in the place of another |
//! | [`direct`] | a cell compiled by rustc alone |
//! | [`warm`] | a kernel's own copy of the folder in which the support crate is built already |
//! | [`environment`] | what a kernel finds Rust by, whoever starts it |
//! | [`client`] | starts a kernel, waits for it, runs cells in it |
//! | [`ports`] | where a kernel listens |
//! | [`outcome`] | all that comes of a cell |
//! | [`drive`] | the same for a thread that may wait |

pub mod cargo;
pub mod client;
pub mod direct;
pub mod drive;
pub mod environment;
pub mod front;
pub mod host;
pub mod markers;
pub mod outcome;
pub mod ports;
pub mod rustc;
pub mod stand_in;
pub mod warm;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::Project;
use crate::setup::{evcxr as setup_evcxr, sources, spec, warm as setup_warm};
pub use warm::WarmFolder;

/// The variable that names the folder in which cells run, when that is not the checkout's `notebooks/`.
pub const FOLDER: &str = "TIMELANES_FOLDER";

/// The kernel as its spec starts it, for `connection_file`: a front with evcxr_jupyter behind it.
pub fn front_command(project: &Project, connection_file: &Path) -> Command {
    let mut command = Command::new(spec::program(project));
    command.args(["kernel", "--root"]).arg(project.root()).arg("--cache").arg(project.cache());
    command.arg(connection_file);
    command
}

/// Stock `evcxr_jupyter` for `connection_file`.
///
/// Its current folder is `notebooks/`, so that the lessons' set-up cell means the support crate of this checkout.
pub fn command(project: &Project, warm: &WarmFolder, connection_file: &Path) -> Command {
    evcxr(project, warm, connection_file, Behind::Nothing)
}

/// The kernel that makes a folder warm: as one behind the front, and what rust-analyzer asks is kept.
pub(crate) fn warming_command(project: &Project, warm: &WarmFolder, connection_file: &Path) -> Command {
    let mut command = evcxr(project, warm, connection_file, Behind::Front);
    command.env(cargo::COLLECT, sources::outlines(project));
    command
}

/// What stands between the kernel and its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// They see it as it is.
    Nothing,
    /// The front, which understands markers.
    Front,
}

fn evcxr(project: &Project, warm: &WarmFolder, connection_file: &Path, behind: Behind) -> Command {
    let place = warm.place();
    let mut command = Command::new(setup_evcxr::program(place));
    command
        .arg("--control_file")
        .arg(connection_file)
        .current_dir(env::var_os(FOLDER).map_or_else(|| project.notebooks(), PathBuf::from))
        .env("EVCXR_TMPDIR", warm.crate_folder())
        .env("EVCXR_CONFIG_DIR", warm.config_folder())
        // The kernel would bring a kernel spec of the user's own up to date. There is none in here.
        .env("JUPYTER_PATH", warm.config_folder())
        // Its allocator (mimalloc 2) holds 50 MB more where it commits whole arenas at once.
        .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
        // A learner's panic is two lines; the frames below it are the kernel's.
        .env("RUST_BACKTRACE", "0");
    environment::set(&mut command, project, &place.toolchain, &warm.work().join(setup_warm::ANSWERS));
    let rustc = spec::rustc(project);
    if behind == Behind::Front {
        command.env(markers::VARIABLE, "1");
    }
    if behind == Behind::Front && rustc.is_file() {
        command.env("RUSTC_WORKSPACE_WRAPPER", rustc);
    }
    let sources = warm.sources().or_else(|| sources::folder(place)).or_else(|| place.toolchain.library());
    if let Some(sources) = sources {
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
