//! The Python side: `.venv` with JupyterLab, from the exact versions of `requirements.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::progress::Progress;
use super::uv::{self, Uv};
use super::{Place, State, Step, files};
use crate::process::{self, Interrupted};
use crate::project::Project;

const OLDEST: (u32, u32) = (3, 10);
/// Prints the version, the program, whether environments can be made (Debian has `venv` without `ensurepip`), and whether
/// anything can be fetched (a Python that was compiled without OpenSSL has no `ssl`).
const ASK: &str = "import sys
print('%d.%d.%d' % sys.version_info[:3])
print(sys.executable)
try:
    import venv, ensurepip
    print('venv')
except ImportError:
    print('no venv')
try:
    import ssl
    print('ssl')
except ImportError:
    print('no ssl')";
const GET_PYTHON: &str = "install Python 3.10 or newer (https://www.python.org/downloads, or your system's \
    package `python3`), then run this again";

/// The step that makes `.venv`.
#[derive(Debug)]
pub struct Python;

impl Step for Python {
    fn name(&self) -> &'static str {
        "JupyterLab (.venv)"
    }

    fn state(&self, place: &Place) -> State {
        let project = &place.project;
        match fs::read_to_string(stamp(project)) {
            Err(_) => State::Missing,
            Ok(_) if !project.python().is_file() => State::OutOfDate("its Python is gone".into()),
            Ok(found) if key(project).is_ok_and(|wanted| found == wanted) => {
                State::There(project.venv().display().to_string())
            }
            Ok(_) => State::OutOfDate("requirements.txt or the checkout's place changed".into()),
        }
    }

    fn make(&self, place: &Place) -> Result<()> {
        let project = &place.project;
        let python = find()?;
        let (key, unfinished) = (key(project)?, project.venv().join("unfinished"));
        // A virtual environment knows its own path and cannot be renamed: it is made in place, and counts from
        // the moment its stamp is written. A half-made one of the same kind, by the same Python, goes on.
        files::remove(&stamp(project))?;
        let kind = format!("{key}\n{}", python.display());
        let goes_on = fs::read_to_string(&unfinished).is_ok_and(|found| found == kind);
        if !goes_on || !project.python().is_file() {
            files::remove(&project.venv())?;
            let mut make = Command::new(&python);
            make.args(["-m", "venv"]).arg(project.venv()).current_dir(project.root());
            process::run(without_user_settings(&mut make), &mut |_| {})?;
            files::write_whole(&unfinished, kind.as_bytes())?;
        }
        install(project)?;
        files::remove(&unfinished)?;
        files::write_whole(&stamp(project), key.as_bytes())
    }
}

fn stamp(project: &Project) -> PathBuf {
    project.venv().join("complete")
}

fn key(project: &Project) -> Result<String> {
    let requirements = fs::read(requirements(project)).context("requirements.txt cannot be read")?;
    Ok(files::short_hash((requirements, project.venv())))
}

fn requirements(project: &Project) -> PathBuf {
    project.root().join("requirements.txt")
}

fn install(project: &Project) -> Result<()> {
    let mut progress = Progress::start("installing JupyterLab");
    // pip may know a way that uv does not, and else says what is wrong.
    if !install_with_uv(project, &mut progress)? {
        install_with_pip(project, &mut progress)?;
    }
    uv::remove(project)?;
    progress.finish();
    Ok(())
}

/// Whether uv was there and did it.
fn install_with_uv(project: &Project, progress: &mut Progress) -> Result<bool> {
    let Some(uv) = Uv::fetch(project)? else { return Ok(false) };
    let mut done = 0;
    let installed = process::run(uv.install(project).arg("-r").arg(requirements(project)), &mut |line| {
        done += u64::from(uv::STEPS.iter().any(|step| line.starts_with(step)));
        progress.at(done, uv::STEPS.len() as u64, line);
    });
    match installed {
        Err(error) if error.is::<Interrupted>() => Err(error),
        done => Ok(done.is_ok()),
    }
}

fn install_with_pip(project: &Project, progress: &mut Progress) -> Result<()> {
    let requirements = requirements(project);
    let text = fs::read_to_string(&requirements)?;
    let total = text.lines().filter(|line| line.contains("==")).count() as u64;
    let mut pip = pip_install(project);
    pip.args(uv::has_begun(project).then_some("--force-reinstall")).arg("-r").arg(&requirements);
    let mut done = 0;
    process::run(&mut pip, &mut |line| {
        let line = line.trim();
        if line.starts_with("Collecting") || line.starts_with("Requirement already") {
            done += 1;
        }
        progress.at(done, total, line.split(" (from").next().unwrap_or(line));
    })
}

/// `pip install` into `.venv`, without what to install.
pub(super) fn pip_install(project: &Project) -> Command {
    let mut pip = Command::new(project.python());
    pip.args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]);
    without_user_settings(pip.current_dir(project.root()));
    pip
}

/// Keeps what the user set for Python in general away from this environment.
pub(super) fn without_user_settings(command: &mut Command) -> &mut Command {
    command.env_remove("PYTHONHOME").env_remove("PYTHONPATH").env("PIP_USER", "0").env("PYTHONUTF8", "1")
}

/// A Python that is new enough and can make environments.
fn find() -> Result<PathBuf> {
    let mut reasons = Vec::new();
    for name in ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"] {
        match ask(Path::new(name)) {
            Ok(Ok(python)) => return Ok(python),
            Ok(Err(reason)) => reasons.push(reason),
            // Not there, or a stand-in that only offers to install one.
            Err(_) => {}
        }
    }
    match reasons.into_iter().next() {
        None => bail!("no Python was found: {GET_PYTHON}"),
        Some(reason) => bail!(reason),
    }
}

/// The program behind `name`, or why it will not do.
fn ask(name: &Path) -> Result<Result<PathBuf, String>> {
    let answer = process::answer(without_user_settings(Command::new(name).args(["-c", ASK])))?;
    let mut lines = answer.lines();
    let (version, program) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    let number = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    Ok(if number < OLDEST {
        Err(format!("Python {version} ({program}) is too old: {GET_PYTHON}"))
    } else if lines.next() != Some("venv") {
        Err(format!(
            "Python {version} ({program}) has no module `venv`: install it (on Debian and Ubuntu: \
             apt install python3-venv), then run this again"
        ))
    } else if lines.next() == Some("no ssl") {
        Err(format!(
            "Python {version} ({program}) has no module `ssl`, so it can install nothing: {GET_PYTHON}"
        ))
    } else {
        Ok(PathBuf::from(program))
    })
}
