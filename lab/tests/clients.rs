//! The kernel by its spec alone, in an emptied environment, through clients that nobody here wrote.
#![cfg(unix)]

#[path = "clients/client.rs"]
mod client;
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use client::{python, python_of_tests, words};
use lab::kernel::warm;
use serde_json::Value;
use tempfile::TempDir;

/// Each test starts kernels of its own, up to ten at once: one test at a time, so that none waits for another's.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder with a copy of a lesson.
fn copy(name: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let lessons = fs::read_dir(common::project().notebooks()).unwrap().flatten().map(|entry| entry.path());
    let mut found = lessons.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(name));
    let copy = folder.path().join("lesson.ipynb");
    fs::copy(found.next().expect("the lesson is there"), &copy).unwrap();
    (folder, copy)
}

/// How many code cells ran, and how many figures they show.
#[track_caller]
fn ran(notebook: &PathBuf) -> (usize, usize) {
    let notebook: Value = serde_json::from_slice(&fs::read(notebook).unwrap()).unwrap();
    let cells = notebook["cells"].as_array().unwrap().iter().filter(|cell| cell["cell_type"] == "code");
    let (mut count, mut figures) = (0, 0);
    for cell in cells.filter(|cell| !cell["execution_count"].is_null()) {
        count += 1;
        let outputs = cell["outputs"].as_array().unwrap();
        figures += outputs.iter().filter(|output| !output["data"]["image/svg+xml"].is_null()).count();
    }
    (count, figures)
}

/// As `jupyter execute` does: this is what it calls.
#[test]
fn nbclient_runs_a_lesson() {
    let _alone = alone();
    let (folder, lesson) = copy("01");
    let program = "from nbclient.cli import main; main()";
    let mut execute = python(common::project(), folder.path());
    let output = execute.args(["-c", program, "--inplace", "--allow-errors"]).arg(&lesson).output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    let (cells, figures) = ran(&lesson);
    assert!(cells > 5 && figures > 1, "{cells} cells, {figures} figures: {}", words(&output));
}

/// Runs a script of `tests/clients/` that speaks to the kernel through jupyter_client.
#[track_caller]
fn script(name: &str, arguments: &[&Path]) {
    script_with("0", name, arguments);
}

#[track_caller]
fn script_with(standby: &str, name: &str, arguments: &[&Path]) {
    let folder = TempDir::new().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name);
    let mut python = python(common::project(), folder.path());
    python.env("TIMELANES_STANDBY", standby);
    let output = python.arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    println!("{}", words(&output));
}

#[test]
fn panics_errors_and_deaths_are_told_as_what_they_are() {
    let _alone = alone();
    script("honest.py", &[]);
}

#[test]
fn figures_are_shown_as_they_are_made() {
    let _alone = alone();
    let (_folder, lesson) = copy("01");
    let bench = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/kernel.py");
    script("figures.py", &[&lesson, &bench]);
}

#[test]
fn interrupts_at_any_moment_end_the_cell_and_the_next_one_works() {
    let _alone = alone();
    let times = std::env::var("TIMELANES_INTERRUPTS").unwrap_or_else(|_| "20".into());
    script("interrupts.py", &[Path::new(&times)]);
}

#[test]
fn rubbish_ends_nothing() {
    let _alone = alone();
    script("rubbish.py", &[]);
}

#[test]
#[cfg(target_os = "linux")]
fn however_a_part_ends_nothing_is_left_and_other_notebooks_do_not_notice() {
    let _alone = alone();
    script("ends.py", &[]);
}

#[test]
fn the_kernel_of_a_closed_lesson_ends_by_itself() {
    let _alone = alone();
    let folder = TempDir::new().unwrap();
    // Time enough, on a busy machine, from the kernel's start to its first cell.
    let forgets = lab::open::forgets(20, 1);
    let [idle, interval, connected] = forgets.each_ref().map(Path::new);
    script("closed.py", &[folder.path(), idle, interval, connected]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_standby_is_made_taken_and_swept_up() {
    let _alone = alone();
    let project = common::project();
    script_with("1", "standby.py", &[project.cache()]);
    // Nobody else has this environment: what this test ordered ends with it.
    lab::kernel::host::standby::end_all(project);
}

/// Runs a script where `mount` was done, in a view of the file system of its own; without the right to mount, says so.
#[cfg(target_os = "linux")]
#[track_caller]
fn script_with_mount(mount: &str, standby: &str, name: &str, arguments: &[&Path]) {
    let own = |rest: &[&str]| {
        let mut command = std::process::Command::new("unshare");
        command.args(["--mount", "sh", "-c"]).args(rest);
        command
    };
    if !own(&["mount -t tmpfs none /mnt"]).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    let folder = TempDir::new().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name);
    let mut python = python(common::project(), folder.path());
    python.env("TIMELANES_STANDBY", standby).arg(script).args(arguments);
    let mut inside = own(&[&format!("{mount} && exec \"$@\""), "sh"]);
    inside.env_clear().envs(python.get_envs().filter_map(|(name, value)| Some((name, value?))));
    inside.arg(python.get_program()).args(python.get_args()).current_dir(folder.path());
    let output = inside.output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_in_the_cell_and_leaves_nothing() {
    let _alone = alone();
    let cache = common::project().cache();
    let mount = format!("mount -t tmpfs none '{}'", warm::copies(common::project()).display());
    script_with_mount(&mount, "0", "full_disk.py", &[cache]);
}

#[test]
#[cfg(target_os = "linux")]
fn without_memory_there_is_no_standby() {
    let _alone = alone();
    let folder = TempDir::new().unwrap();
    let meminfo = folder.path().join("meminfo");
    fs::write(&meminfo, fs::read("/proc/meminfo").unwrap()).unwrap();
    let mount = format!("mount --bind '{}' /proc/meminfo", meminfo.display());
    script_with_mount(&mount, "1", "short_memory.py", &[&meminfo]);
}

#[test]
#[cfg(target_os = "linux")]
fn ten_kernels_at_once_keep_apart() {
    let _alone = alone();
    script("ten.py", &[Path::new("10")]);
}

#[test]
fn run_all_stops_at_a_panic() {
    let _alone = alone();
    let (folder, lesson) = copy("00");
    let mut notebook: Value = serde_json::from_slice(&fs::read(&lesson).unwrap()).unwrap();
    let cells = notebook["cells"].as_array_mut().unwrap();
    cells.retain(|cell| cell["cell_type"] == "code");
    cells.truncate(3);
    cells[1]["source"] = "panic!(\"in the middle\")".into();
    fs::write(&lesson, notebook.to_string()).unwrap();
    let mut execute = python(common::project(), folder.path());
    execute.args(["-c", "from nbclient.cli import main; main()", "--inplace"]).arg(&lesson);
    let output = execute.output().unwrap();
    assert!(!output.status.success() && words(&output).contains("in the middle"), "{}", words(&output));
}

#[test]
fn papermill_runs_a_lesson() {
    let _alone = alone();
    let (folder, lesson) = copy("00");
    let ran_lesson = folder.path().join("ran.ipynb");
    let program = "from papermill.cli import papermill; papermill()";
    let mut papermill = python_of_tests(common::project(), folder.path(), program);
    let output = papermill.arg(&lesson).arg(&ran_lesson).arg("--no-progress-bar").output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    let (cells, figures) = ran(&ran_lesson);
    assert!(cells > 2 && figures > 0, "{cells} cells, {figures} figures: {}", words(&output));
}
