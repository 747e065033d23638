//! Real kernels: warm, alone in their folder, and gone without a trace.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use lab::kernel::drive::Session;
use lab::kernel::{WarmFolder, warm};
use lab::project::{Project, SETUP_CELL};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// A kernel as JupyterLab starts it, for a user whose home is `home`.
fn kernel(project: &Project, home: &Path, connection_file: &Path) -> Command {
    let mut command = Command::new(lab::setup::spec::program(project));
    command
        .args(["kernel", "--root"])
        .arg(project.root())
        .arg("--cache")
        .arg(project.cache())
        .arg(connection_file);
    command.env("XDG_DATA_HOME", home.join("data")).env("XDG_CONFIG_HOME", home.join("config"));
    command
}

/// The one folder that is in use by `id`, by its name on the kernel's environment.
fn folder_of(id: u32) -> String {
    let environment = fs::read(format!("/proc/{id}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let folder = environment.split('\0').find_map(|it| it.strip_prefix("EVCXR_TMPDIR=")).unwrap().to_owned();
    folder.strip_suffix("/work/cell").unwrap().to_owned()
}

#[track_caller]
fn disappears(what: &str, is_there: impl Fn() -> bool) {
    let start = Instant::now();
    while is_there() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} is still there");
        thread::sleep(Duration::from_millis(50));
    }
}

fn runs(process: i32) -> bool {
    // A process that ended and waits to be collected has no memory.
    fs::read_to_string(format!("/proc/{process}/statm")).is_ok_and(|memory| !memory.starts_with("0 "))
}

#[test]
#[cfg(target_os = "linux")]
fn a_kernel_runs_cells_and_leaves_no_folder_and_no_process_and_the_users_own_jupyter_as_it_was() {
    let (project, home) = (common::project(), TempDir::new().unwrap());
    let own = home.path().join("data/jupyter/kernels/rust");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("kernel.json"), "the user's own").unwrap();
    let mut session = Session::start(|file| kernel(project, home.path(), file), |_| {}).unwrap();
    let folder = folder_of(session.id());
    let setup = session.run(SETUP_CELL).unwrap();
    assert!(setup.is_ok, "{}", setup.text);
    let id: i32 = session.run("std::process::id()").unwrap().text.trim().parse().unwrap();
    assert_eq!(
        session.run("let words = vec![\"a\", \"b\"]; words.join(\"+\")").unwrap().text.trim(),
        "\"a+b\""
    );
    assert!(runs(id) && Path::new(&folder).exists());
    drop(session);
    disappears("the folder", || Path::new(&folder).exists());
    disappears("the process that ran the cells", || runs(id));
    assert_eq!(fs::read_dir(&own).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(own.join("kernel.json")).unwrap(), "the user's own");
    assert!(!home.path().join("config").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_kernel_that_is_killed_takes_the_process_that_runs_its_cells_with_it() {
    let (project, home) = (common::project(), TempDir::new().unwrap());
    let mut session = Session::start(|file| kernel(project, home.path(), file), |_| {}).unwrap();
    let folder = folder_of(session.id());
    let cells: i32 = session.run("std::process::id()").unwrap().text.trim().parse().unwrap();
    kill(Pid::from_raw(session.id().try_into().unwrap()), Signal::SIGKILL).unwrap();
    disappears("the process that ran the cells", || runs(cells));
    // The kernel itself has ended, but this test is its parent and has to collect it.
    assert!(session.run("1").is_err());
    disappears("the folder", || Path::new(&folder).exists());
}

#[test]
fn what_a_crashed_kernel_left_is_swept_by_the_next_and_one_that_runs_is_not() {
    let project = common::project();
    let left = warm::copies(project).join("kernel-crashed");
    fs::create_dir_all(left.join("work")).unwrap();
    let first = WarmFolder::take(project).unwrap();
    assert!(!left.exists());
    let second = WarmFolder::take(project).unwrap();
    assert!(first.path().exists() && first.path() != second.path());
    let path = second.path().to_owned();
    drop(second);
    assert!(!path.exists());
}

#[test]
fn clean_refuses_while_a_kernel_runs() {
    let project = common::project();
    let _kernel = WarmFolder::take(project).unwrap();
    let error = lab::clean::run(project).unwrap_err().to_string();
    assert!(error.contains("Rust kernel(s) run"), "{error}");
    assert!(project.venv().exists());
}

#[test]
fn a_second_set_up_finds_nothing_to_do() {
    let project = common::project();
    let lab = Command::new(env!("CARGO_BIN_EXE_lab"))
        .arg("setup")
        .current_dir(project.root())
        .env("TIMELANES_CACHE", project.cache())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&lab.stderr);
    assert!(lab.status.success() && words.starts_with("everything is set up"), "{words}");
}
