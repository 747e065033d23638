//! uv, which installs in seconds what takes pip a minute. It is fetched for the time of the set-up, and only where it would
//! install from the same place: it does not read pip's settings.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::files;
use super::python::{pip_install, without_user_settings};
use crate::process::{self, Interrupted};
use crate::project::Project;

/// 20 MB to fetch.
const PACKAGE: &str = "uv==0.13.9";
/// With what its line begins when each of its steps is done.
pub(super) const STEPS: [&str; 4] = ["Resolved", "Prepared", "Installed", "Bytecode"];
/// Settings of pip that uv is given.
const PASSED_ON: [(&str, &str); 2] = [("cert", "SSL_CERT_FILE"), ("find-links", "UV_FIND_LINKS")];
/// Settings of pip that do not say where packages come from.
const NO_MATTER: [&str; 13] = [
    "quiet",
    "verbose",
    "no-input",
    "timeout",
    "default-timeout",
    "retries",
    "user",
    "cache-dir",
    "no-cache-dir",
    "progress-bar",
    "disable-pip-version-check",
    "root-user-action",
    "require-virtualenv",
];

/// uv, at hand.
#[derive(Debug)]
pub struct Uv {
    folder: PathBuf,
    /// What pip was set to, as uv reads it from its environment.
    settings: Vec<(&'static str, String)>,
    /// Whether an earlier run of uv may have left a package half-installed, which looks whole to uv and to pip.
    again: bool,
}

impl Uv {
    /// Fetches it into `.venv`, where pip must be; nothing where pip is to be used.
    ///
    /// # Errors
    /// When the set-up was stopped.
    pub fn fetch(project: &Project) -> Result<Option<Self>> {
        let Some(settings) = settings(project) else { return Ok(None) };
        let uv = Self { folder: folder(project), settings, again: has_begun(project) };
        if uv.program().is_file() {
            return Ok(Some(uv));
        }
        let mut pip = pip_install(project);
        pip.args(["--quiet", "--retries=1", "--no-deps", "--only-binary=:all:", "--target"]);
        match process::run(pip.arg(&uv.folder).arg(PACKAGE), &mut |_| {}) {
            Ok(()) => Ok(Some(uv)),
            // Not for this machine, or no network, which pip says next.
            Err(error) if !error.is::<Interrupted>() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `uv pip install` into `.venv`, without what to install.
    pub fn install(&self, project: &Project) -> Command {
        let mut install = Command::new(self.program());
        install
            .args(["pip", "install", "--no-config", "--color=never", "--compile-bytecode", "--system-certs"])
            .args(self.again.then_some("--reinstall"))
            .arg("--python")
            .arg(project.python())
            // What was fetched before a network was lost is there for the next run, and linked, not copied.
            .arg("--cache-dir")
            .arg(self.folder.join("cache"))
            .current_dir(project.root());
        // What the user set for uv in general is for other environments.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("UV_")) {
            install.env_remove(name);
        }
        install.envs(self.settings.iter().map(|(name, value)| (name, value)));
        without_user_settings(&mut install);
        install
    }

    fn program(&self) -> PathBuf {
        self.folder.join("bin").join(format!("uv{}", std::env::consts::EXE_SUFFIX))
    }
}

/// Removes it, with all it kept.
///
/// # Errors
/// When a file cannot be removed.
pub fn remove(project: &Project) -> Result<()> {
    files::remove(&folder(project))
}

/// Whether it was at work here, and may not have come to an end.
pub fn has_begun(project: &Project) -> bool {
    folder(project).exists()
}

fn folder(project: &Project) -> PathBuf {
    project.venv().join("uv")
}

/// What uv is to be given so that it does as pip is set to; nothing where only pip can.
fn settings(project: &Project) -> Option<Vec<(&'static str, String)>> {
    let mut ask = Command::new(project.python());
    // A quiet pip would list nothing.
    ask.args(["-m", "pip", "config", "list"]).env("PIP_QUIET", "0").current_dir(project.root());
    let said = process::answer(without_user_settings(&mut ask)).ok()?;
    let mut settings: Vec<(&str, String)> = Vec::new();
    for line in said.lines() {
        let (name, value) = line.split_once('=')?;
        let name = name.rsplit('.').next().unwrap_or(name);
        if NO_MATTER.contains(&name) {
            continue;
        }
        let (_, passed) = PASSED_ON.into_iter().find(|(known, _)| *known == name)?;
        // As Python writes a text: with anything in it that has to be written otherwise, or two that differ, pip is asked.
        let plain = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''))?;
        let is_odd = |letter: char| letter.is_whitespace() || letter == '\\';
        if plain.contains(is_odd) || settings.iter().any(|(known, other)| *known == passed && other != plain)
        {
            return None;
        }
        settings.push((passed, plain.to_owned()));
    }
    Some(settings)
}
