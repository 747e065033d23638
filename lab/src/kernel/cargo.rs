//! What rust-analyzer, in evcxr_jupyter, takes for cargo: it answers from what set-up asked the real one.
//!
//! rust-analyzer asks cargo a dozen questions at each start, twice, and then reads every crate it was told of. So the
//! answers are kept in the warm folder, and name the crates alone whose types a cell can name. For a question that set-up
//! did not ask (the learner added a `:dep`), and for all that is no question, the real cargo runs.

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::setup::outline::{self, Docs};
use crate::setup::{files, warm};

/// The real cargo.
pub const REAL: &str = "TIMELANES_CARGO";
/// The folder of the answers, in a kernel's workspace.
pub const ANSWERS: &str = "TIMELANES_ANSWERS";
/// Set while the answers are collected, to the folder of outlines.
pub const COLLECT: &str = "TIMELANES_ANSWERS_COLLECT";
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

/// Whether this program was started as cargo, by a kernel.
pub fn is_meant() -> bool {
    let name = env::args_os().next().map(PathBuf::from);
    name.is_some_and(|name| name.file_stem().is_some_and(|stem| stem == "cargo"))
        && env::var_os(ANSWERS).is_some()
}

/// Acts as cargo.
///
/// # Errors
/// When the real cargo is needed and cannot be started.
pub fn run() -> Result<ExitCode> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let real = env::var_os(REAL).context("nobody said where cargo is")?;
    let mut cargo = Command::new(real);
    cargo.args(&arguments);
    let Some(question) = Question::of(&arguments) else { return become_cargo(&mut cargo) };
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

#[cfg(unix)]
fn become_cargo(command: &mut Command) -> Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(command)).context("cargo could not be started")
}

#[cfg(not(unix))]
fn become_cargo(command: &mut Command) -> Result<ExitCode> {
    let status = command.status().context("cargo could not be started")?;
    Ok(ExitCode::from(status.code().and_then(|code| code.try_into().ok()).unwrap_or(1)))
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

/// Writes the folder that a kernel takes for cargo's own, `home`: this `program` as its cargo, and all else as in `real`.
///
/// # Errors
/// When it cannot be written.
#[cfg(unix)]
pub fn write_home(home: &Path, program: &Path, real: &Path) -> Result<()> {
    files::remove(home)?;
    files::create(&home.join("bin"))?;
    fs::hard_link(program, home.join("bin/cargo"))?;
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
