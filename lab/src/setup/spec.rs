//! What tells JupyterLab of the kernel `rust`, in `.venv` only, and its settings that ask the learner nothing.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::json;

use super::{Place, State, Step, files, toolchain};
#[cfg(unix)]
use crate::kernel::cargo;
use crate::project::Project;

/// The copy of this program that JupyterLab starts: `cargo clean` does not take it away.
pub fn program(project: &Project) -> PathBuf {
    let folder = project.venv().join(if cfg!(windows) { "Scripts" } else { "bin" });
    folder.join(format!("timelanes-lab{}", env::consts::EXE_SUFFIX))
}

/// The same program under the name by which it acts as rustc for cells.
pub fn rustc(project: &Project) -> PathBuf {
    program(project).with_file_name(format!("{}{}", crate::kernel::rustc::NAME, env::consts::EXE_SUFFIX))
}

/// What kernels take for cargo's own folder.
pub fn cargo_home(project: &Project) -> PathBuf {
    project.venv().join("cargo")
}

/// This program as cargo built it. In a test or a bench, which are programs of their own beside it, that is the
/// `lab` in the folder above.
///
/// # Errors
/// When it is not found.
pub fn built_program() -> Result<PathBuf> {
    let here = env::current_exe().context("this program does not know its own path")?;
    if here.file_stem().is_some_and(|name| name == "lab" || name == "timelanes-lab") {
        return Ok(here);
    }
    let above = here.parent().and_then(|deps| deps.parent()).context("this program lies in no folder")?;
    let built = above.join(format!("lab{}", env::consts::EXE_SUFFIX));
    built
        .is_file()
        .then_some(built)
        .context("the program `lab` is not built: run `cargo build --package lab`")
}

/// The step that writes all this.
#[derive(Debug)]
pub struct Spec;

impl Step for Spec {
    fn name(&self) -> &'static str {
        "kernel spec `rust`"
    }

    fn state(&self, place: &Place) -> State {
        let project = &place.project;
        let written = texts(project);
        let is_written =
            |(path, text): &(PathBuf, String)| fs::read_to_string(path).is_ok_and(|found| found == *text);
        if !written[0].0.is_file()
            || !program(project).is_file()
            || !rustc(project).is_file()
            || (cfg!(unix) && !cargo_home(project).is_dir())
        {
            State::Missing
        } else if written.iter().all(is_written) && is_program_current(project) {
            State::There(written[0].0.display().to_string())
        } else {
            State::OutOfDate("made by another build of cargo lab".into())
        }
    }

    fn make(&self, place: &Place) -> Result<()> {
        let (project, built) = (&place.project, built_program()?);
        if built != program(project) {
            // Renamed over the old one, which may be running.
            let unfinished = program(project).with_extension("unfinished");
            files::copy_file(&built, &unfinished)?;
            fs::rename(&unfinished, program(project))?;
        }
        files::remove(&rustc(project))?;
        fs::hard_link(program(project), rustc(project))?;
        #[cfg(unix)]
        if let Some(real) = toolchain::home("CARGO_HOME") {
            cargo::write_home(&cargo_home(project), &program(project), &real)?;
        }
        // The spec itself comes last.
        texts(project).iter().rev().try_for_each(|(path, text)| files::write_whole(path, text.as_bytes()))
    }
}

fn is_program_current(project: &Project) -> bool {
    let facts = |path: PathBuf| fs::metadata(path).and_then(|file| Ok((file.len(), file.modified()?))).ok();
    built_program().is_ok_and(|built| facts(built) == facts(program(project)))
}

fn homes() -> serde_json::Map<String, serde_json::Value> {
    let homes = ["CARGO_HOME", "RUSTUP_HOME"].into_iter();
    homes.filter_map(|name| Some((name.to_owned(), json!(toolchain::home(name)?)))).collect()
}

/// The files and what is in them, the kernel spec first.
fn texts(project: &Project) -> [(PathBuf, String); 3] {
    let spec = json!({
        "argv": [
            program(project), "kernel", "--root", project.root(), "--cache", project.cache(), "{connection_file}",
        ],
        "display_name": "Rust (timelanes)",
        "language": "rust",
        "interrupt_mode": "message",
        // Whoever starts the kernel may not know these, and with another cargo folder everything is built again.
        "env": homes(),
    });
    let settings = json!({
        "@jupyterlab/apputils-extension:notification": {
            "checkForUpdates": false, "doNotDisturbMode": false, "fetchNews": "false",
        },
        // A link to the glossary shows it, and does not open an editor.
        "@jupyterlab/docmanager-extension:plugin": { "defaultViewers": { "markdown": "Markdown Preview" } },
    });
    let server = json!({ "LabApp": {
        "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate", "news_url": null,
    }});
    [
        ("share/jupyter/kernels/rust/kernel.json", spec),
        ("share/jupyter/lab/settings/overrides.json", settings),
        ("etc/jupyter/jupyter_lab_config.json", server),
    ]
    .map(|(path, value)| (project.venv().join(path), format!("{value:#}\n")))
}
