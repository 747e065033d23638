//! The kernel itself, evcxr_jupyter: built once for each of its versions and each Rust, in the user's cache.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::progress::{Progress, of_cargo};
use super::{Place, State, Step, files};
use crate::process;
use crate::project::EVCXR_VERSION;

fn folder(place: &Place) -> PathBuf {
    place.project.cache().join(format!("kernel-{EVCXR_VERSION}-{}", place.toolchain.version()))
}

/// The kernel's program.
pub fn program(place: &Place) -> PathBuf {
    folder(place).join("bin").join(format!("evcxr_jupyter{}", std::env::consts::EXE_SUFFIX))
}

/// Crates of rust-analyzer that an editor keeps busy, and the kernel calls for Tab and hover texts or never. Optimised, they
/// are a sixth of the build; without, a start, a cell, Tab and Shift+Tab take as long.
const NEVER_BUSY: [&str; 5] =
    ["ra_ap_ide", "ra_ap_ide_assists", "ra_ap_ide_completion", "ra_ap_ide_diagnostics", "ra_ap_ide_ssr"];

/// The step that builds it.
#[derive(Debug)]
pub struct Evcxr;

impl Step for Evcxr {
    fn name(&self) -> &'static str {
        "Rust kernel (evcxr_jupyter)"
    }

    fn state(&self, place: &Place) -> State {
        let is_there = files::is_whole(&folder(place)) && program(place).is_file();
        if is_there {
            State::There(format!("{EVCXR_VERSION} in {}", folder(place).display()))
        } else {
            State::Missing
        }
    }

    fn make(&self, place: &Place) -> Result<()> {
        // Not inside the unfinished folder: an interrupted build goes on from what is in it.
        let build = place.project.cache().join("build");
        let mut progress = Progress::start("building the Rust kernel (once, five to ten minutes)");
        files::make_whole(&folder(place), |folder| {
            files::create(&build)?;
            let mut install = Command::new("cargo");
            install
                .args([
                    "install",
                    "--locked",
                    "--no-track",
                    "evcxr_jupyter",
                    "--version",
                    EVCXR_VERSION,
                    "--root",
                ])
                .arg(folder)
                .arg("--target-dir")
                .arg(&build)
                // Not in the checkout, whose cargo configuration is none of the kernel's.
                .current_dir(place.project.cache())
                // Within each crate, as Cargo's default has it: a third of the build, and neither a start nor a cell is quicker.
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .args(NEVER_BUSY.iter().flat_map(|name| {
                    ["--config".to_owned(), format!("profile.release.package.{name}.opt-level=0")]
                }))
                .env("CARGO_TERM_PROGRESS_WHEN", "always")
                .env("CARGO_TERM_PROGRESS_WIDTH", "100");
            process::run(&mut install, &mut |line| {
                if let Some((done, total, at)) = of_cargo(line) {
                    progress.at(done, total, at);
                }
            })
        })?;
        progress.finish();
        files::remove(&build)
    }
}
