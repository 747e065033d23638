//! What evcxr_jupyter, and the rust-analyzer in it, take for cargo: it answers from what set-up asked the real one.
//!
//! rust-analyzer asks cargo a dozen questions at each start, twice, and then reads every crate it was told of. So the
//! answers are kept in the warm folder, and name the crates alone whose types a cell can name. A cell is compiled
//! [without cargo](direct) where that comes to the same. For a question that set-up did not ask (the learner added a `:dep`),
//! and for all else, the real cargo runs.

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use anyhow::{Context, Result};
use serde_json::Value;

use super::direct::{self, Call, Wanted};
use super::stand_in;
use crate::setup::outline::{self, Docs};
use crate::setup::{files, toolchain, warm};

/// The real cargo.
pub const REAL: &str = "TIMELANES_CARGO";
/// The folder of the answers, in a kernel's workspace.
pub const ANSWERS: &str = "TIMELANES_ANSWERS";
/// Set while the answers are collected, to the folder of outlines.
pub const COLLECT: &str = "TIMELANES_ANSWERS_COLLECT";
const RUSTUP: &str = "rustup";
/// Stands for the kernel's workspace, which each kernel has in another place.
const WORK: &str = "@TIMELANES-WORK@";
/// The crates whose types a cell can name: the support crate, and what its prelude passes on.
const NAMED: [&str; 10] = [
    "timelanes",
    "futures",
    "futures-channel",
    "futures-core",
    "futures-executor",
    "futures-io",
    "futures-task",
    "futures-util",
    "mio",
    "tokio",
];

/// Whether this program was started as cargo or rustup, by a kernel.
pub fn is_meant() -> bool {
    (stand_in::is_named("cargo") || stand_in::is_named(RUSTUP)) && env::var_os(ANSWERS).is_some()
}

/// Acts as cargo, or as rustup.
///
/// # Errors
/// When the real one is needed and cannot be started.
pub fn run() -> Result<ExitCode> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if stand_in::is_named(RUSTUP) {
        return rustup(&arguments);
    }
    let real = env::var_os(REAL).context("nobody said where cargo is")?;
    let mut cargo = Command::new(real);
    cargo.args(&arguments);
    let Some(question) = Question::of(&arguments) else {
        if let Some(wanted) = Wanted::of(&arguments)
            && let Some(file) = direct::file(&arguments)
        {
            if let Some(call) = Call::kept(&file) {
                return call.again(wanted);
            }
            if wanted == Wanted::Built {
                direct::keep_call(&mut cargo, &file);
            }
        }
        return become_cargo(&mut cargo);
    };
    if let Some(answer) = question.answer() {
        std::io::stdout().write_all(answer.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    if env::var_os(COLLECT).is_none() {
        return become_cargo(&mut cargo);
    }
    let Output { status, stdout, stderr } = cargo.output().context("cargo could not be started")?;
    if status.success() {
        question.keep(&String::from_utf8_lossy(&stdout))?;
    }
    std::io::stderr().write_all(&stderr)?;
    std::io::stdout().write_all(&stdout)?;
    Ok(ExitCode::from(status.code().and_then(|code| code.try_into().ok()).unwrap_or(1)))
}

fn become_cargo(cargo: &mut Command) -> Result<ExitCode> {
    stand_in::become_it(cargo).context("cargo could not be started")
}

/// evcxr_jupyter asks rustup for the path of cargo, and looks for it on PATH only when nobody answers. So this says what is
/// on PATH, and passes all else on to the rustup behind this one.
fn rustup(arguments: &[OsString]) -> Result<ExitCode> {
    let path = env::var_os("PATH").unwrap_or_default();
    if let [which, tool] = arguments
        && which == "which"
        && let Some(tool) = tool.to_str().and_then(|tool| toolchain::which_in(tool, &path))
        && let Some(tool) = tool.to_str()
    {
        println!("{tool}");
        return Ok(ExitCode::SUCCESS);
    }
    // Not to this one again, nor, by way of another checkout's, back to it.
    let here = env::current_exe()?.parent().and_then(|folder| fs::canonicalize(folder).ok());
    let others = env::split_paths(&path).filter(|folder| fs::canonicalize(folder).ok() != here);
    let path = env::join_paths(others)?;
    let real = toolchain::which_in(RUSTUP, &path).context("there is no rustup on PATH")?;
    let mut rustup = Command::new(real);
    stand_in::become_it(rustup.args(arguments).env("PATH", path)).context("rustup could not be started")
}

/// A question with the file that has its answer, if it was asked before.
struct Question {
    file: PathBuf,
    work: String,
    is_about_crates: bool,
}

impl Question {
    /// The question in `arguments`; none when they are something else.
    fn of(arguments: &[OsString]) -> Option<Self> {
        let mut words: Vec<String> =
            arguments.iter().map(|argument| argument.to_str().map(str::to_owned)).collect::<Option<_>>()?;
        let is_question = words.iter().any(|word| {
            ["metadata", "locate-project", "--version", "--print", "config", "-V"].contains(&word.as_str())
        });
        if !is_question {
            return None;
        }
        let is_about_crates = words.first()? == "metadata" && !words.iter().any(|word| word == "--no-deps");
        let folder = PathBuf::from(env::var_os(ANSWERS)?);
        let work = folder.parent()?.to_str()?.to_owned();
        // Whatever manifest is asked about, the one of the cells is the one that changes.
        let cell =
            fs::read_to_string(folder.with_file_name(warm::CRATE).join("Cargo.toml")).unwrap_or_default();
        // A copy of the lock file under a name that is new each time.
        if let Some(at) = words.iter().position(|word| word == "--lockfile-path")
            && let Some(copy) = words.get_mut(at + 1)
        {
            copy.clear();
        }
        let here = env::current_dir().ok()?.to_str()?.replace(&work, WORK);
        let words = words.join("\n").replace(&work, WORK);
        let file = folder.join(files::short_hash((words, here, cell.replace(&work, WORK))));
        Some(Self { file, work, is_about_crates })
    }

    fn answer(&self) -> Option<String> {
        Some(fs::read_to_string(&self.file).ok()?.replace(WORK, &self.work))
    }

    /// Replaces the sources of `package` by outlines. Where that is not possible, they stay.
    fn outline(&self, package: &mut Value) {
        let Some(outlines) = env::var_os(COLLECT).map(PathBuf::from) else { return };
        let Some(from) = package["manifest_path"].as_str().and_then(|path| Path::new(path).parent()) else {
            return;
        };
        let (name, version) =
            (package["name"].as_str().unwrap_or_default(), package["version"].as_str().unwrap_or_default());
        let folder = if name == NAMED[0] {
            Path::new(&self.work).join(warm::OUTLINE)
        } else {
            outlines.join(format!("{name}-{version}"))
        };
        // Those of the support crate are there.
        let is_there = name == NAMED[0] || files::is_whole(&folder);
        if is_there || files::make_whole(&folder, |to| outline::of_crate(from, to, Docs::Drop)).is_ok() {
            move_to(package, &folder);
        }
    }

    /// Keeps an answer for the next time.
    fn keep(&self, answer: &str) -> Result<()> {
        let named = if self.is_about_crates {
            only_named(answer, &mut |package| self.outline(package))
        } else {
            None
        };
        let answer = named.unwrap_or_else(|| answer.to_owned());
        files::write_whole(&self.file, answer.replace(&self.work, WORK).as_bytes())
    }
}

/// Has `package` lie in `folder`, as far as anybody reads it.
fn move_to(package: &mut Value, folder: &Path) -> Option<()> {
    let old = Path::new(package["manifest_path"].as_str()?).parent()?.to_owned();
    let moved = |path: &Value| {
        Some(Value::from(folder.join(Path::new(path.as_str()?).strip_prefix(&old).ok()?).to_str()?))
    };
    package["manifest_path"] = moved(&package["manifest_path"])?;
    for target in package["targets"].as_array_mut()? {
        target["src_path"] = moved(&target["src_path"])?;
    }
    Some(())
}

/// `cargo metadata` without the crates that no cell names; none when it is not about the support crate.
/// Those that are left, and are none of the workspace's own, are handed to `replace`.
fn only_named(metadata: &str, replace: &mut dyn FnMut(&mut Value)) -> Option<String> {
    let mut metadata: Value = serde_json::from_str(metadata).ok()?;
    let members: HashSet<String> = metadata["workspace_members"]
        .as_array()?
        .iter()
        .filter_map(|id| Some(id.as_str()?.to_owned()))
        .collect();
    let packages = metadata["packages"].as_array_mut()?;
    if !packages.iter().any(|package| package["name"] == NAMED[0]) {
        return None;
    }
    packages.retain(|package| {
        let is = |field: &str, wanted: &dyn Fn(&str) -> bool| package[field].as_str().is_some_and(wanted);
        is("name", &|name| NAMED.contains(&name)) || is("id", &|id| members.contains(id))
    });
    let is_member = |package: &Value| package["id"].as_str().is_some_and(|id| members.contains(id));
    packages.iter_mut().filter(|package| !is_member(package)).for_each(replace);
    let kept: HashSet<String> =
        packages.iter().filter_map(|it| Some(it["id"].as_str()?.to_owned())).collect();
    let is_kept = |id: &Value| id.as_str().is_some_and(|id| kept.contains(id));
    let nodes = metadata["resolve"]["nodes"].as_array_mut()?;
    nodes.retain(|node| is_kept(&node["id"]));
    for node in nodes {
        node["dependencies"].as_array_mut()?.retain(is_kept);
        node["deps"].as_array_mut()?.retain(|dependency| is_kept(&dependency["pkg"]));
    }
    Some(metadata.to_string())
}

/// Where, in the folder that a kernel takes for cargo's own, this program lies as cargo.
pub fn programs(home: &Path) -> PathBuf {
    home.join("bin")
}

/// Writes the folder that a kernel takes for cargo's own, `home`: this `program` as its cargo and rustup, and all else as in `real`.
///
/// # Errors
/// When it cannot be written.
#[cfg(unix)]
pub fn write_home(home: &Path, program: &Path, real: &Path) -> Result<()> {
    files::remove(home)?;
    files::create(&programs(home))?;
    for name in ["cargo", RUSTUP] {
        fs::hard_link(program, programs(home).join(name))?;
    }
    for (path, _) in files::entries(real).unwrap_or_default() {
        if let Some(name) = path.file_name().filter(|name| *name != "bin") {
            std::os::unix::fs::symlink(&path, home.join(name))?;
        }
    }
    // These may come later, and have to be the same then: some of them are cargo's locks.
    for name in ["registry", "git", ".package-cache", ".package-cache-mutate", ".global-cache"] {
        if !home.join(name).is_symlink() {
            std::os::unix::fs::symlink(real.join(name), home.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn crates_that_no_cell_names_are_left_out_with_all_that_points_to_them() {
        let package = |name: &str| json!({ "name": name, "id": format!("{name}-id") });
        let metadata = json!({
            "workspace_members": ["ctx-id"],
            "packages": [package("ctx"), package("timelanes"), package("plotters"), package("tokio")],
            "resolve": { "nodes": [
                { "id": "timelanes-id", "dependencies": ["plotters-id", "tokio-id"],
                  "deps": [{ "pkg": "plotters-id" }, { "pkg": "tokio-id" }] },
                { "id": "plotters-id", "dependencies": [], "deps": [] },
            ] },
        });
        let named = only_named(&metadata.to_string(), &mut |_| {}).unwrap();
        assert!(
            named.contains("tokio-id") && named.contains("ctx-id") && !named.contains("plotters"),
            "{named}"
        );
        assert_eq!(only_named(&named.replace("timelanes", "other"), &mut |_| {}), None);
    }
}
