//! A pruned copy of the standard library's sources: what `let` needs to infer types, and no more.
//!
//! The kernel reads these sources at every start. The copy leaves out tests, other systems and processor
//! intrinsics, and stands as a workspace that needs nothing from the network, so that cargo answers at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::outline::{self, Docs};
use super::{Place, State, Step, files};
use crate::process;
use crate::project::Project;

/// Each crate with those it uses.
const CRATES: [(&str, &[&str]); 7] = [
    ("core", &[]),
    ("alloc", &["core"]),
    ("unwind", &["core"]),
    ("panic_unwind", &["core", "alloc", "unwind"]),
    ("std_detect", &["core", "alloc"]),
    ("std", &["core", "alloc", "unwind", "panic_unwind", "std_detect", "hashbrown"]),
    ("proc_macro", &["core", "std"]),
];
/// Maps and sets of `std` take their iterators from this crate.
const HASHBROWN: &str = "hashbrown";
const HASHBROWN_FEATURES: &str = "[features]\n\
    default = [\"nightly\", \"rustc-internal-api\", \"rustc-dep-of-std\", \"inline-more\"]\n\
    nightly = []\nrustc-internal-api = []\nrustc-dep-of-std = []\ninline-more = []\n";
const FOREIGN: [&str; 16] = [
    "windows", "wasm", "wasi", "hermit", "sgx", "solid", "uefi", "xous", "teeos", "vexos", "zkvm", "trusty",
    "itron", "motor", "cygwin", "espidf",
];
/// Written into the copy when types could not be inferred from it.
const UNUSABLE: &str = "unusable";

/// The folder to set `RUST_SRC_PATH` to, if it is there and of use.
pub fn folder(place: &Place) -> Option<PathBuf> {
    let folder = path(place);
    (files::is_whole(&folder) && !folder.join(UNUSABLE).exists()).then_some(folder)
}

/// The folder of outlines of the same and of other crates' sources, named by what they are outlines of.
pub fn outlines(project: &Project) -> PathBuf {
    project.cache().join(format!("outlines-{}", outline::EDITION))
}

/// The outlines of the copy, made where they are missing; none when there is no copy of use.
///
/// # Errors
/// When they cannot be written.
pub fn outlined(place: &Place) -> Result<Option<PathBuf>> {
    let Some(from) = folder(place) else { return Ok(None) };
    let to = outlines(&place.project).join(format!("std-{}", place.toolchain.version()));
    if !files::is_whole(&to) {
        files::make_whole(&to, |folder| outline::of_folder(&from, folder, Docs::Drop, &|_| true))?;
    }
    Ok(Some(to))
}

/// Notes that no types could be inferred from the copy: the full sources are used from then on.
///
/// # Errors
/// When the note cannot be written.
pub fn give_up(place: &Place) -> Result<()> {
    files::write_whole(&path(place).join(UNUSABLE), b"types could not be inferred from this copy\n")
}

fn path(place: &Place) -> PathBuf {
    place.project.cache().join(format!("std-{}", place.toolchain.version()))
}

/// The step that makes the copy.
#[derive(Debug)]
pub struct Sources;

impl Step for Sources {
    fn name(&self) -> &'static str {
        "pruned standard library"
    }

    fn state(&self, place: &Place) -> State {
        let folder = path(place);
        if files::is_whole(&folder) { State::There(folder.display().to_string()) } else { State::Missing }
    }

    fn make(&self, place: &Place) -> Result<()> {
        let library = place.toolchain.library().context("the component rust-src is missing")?;
        files::make_whole(&path(place), |folder| fill(place, &library, folder))
    }
}

fn fill(place: &Place, library: &Path, folder: &Path) -> Result<()> {
    let hashbrown = hashbrown(place, library)?;
    let mut members = Vec::new();
    for (name, uses) in CRATES {
        let sources = library.join(name).join("src");
        if sources.is_dir() {
            files::copy_folder(&sources, &folder.join(name).join("src"), &is_wanted)?;
            let uses = uses.iter().filter(|used| **used != HASHBROWN || hashbrown.is_some());
            write_manifest(folder, name, uses)?;
            members.push(format!("{name:?}"));
        }
    }
    if let Some(sources) = hashbrown {
        files::copy_folder(&sources, &folder.join(HASHBROWN).join("src"), &is_wanted)?;
        let manifest = write_manifest(folder, HASHBROWN, ["core", "alloc"].iter())?;
        let text = fs::read_to_string(&manifest)?;
        fs::write(manifest, text.replace("2024", "2021") + HASHBROWN_FEATURES)?;
    }
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    fs::write(folder.join("Cargo.toml"), workspace)?;
    // The kernel asks for this with `--locked`; all packages are in the folder, so no network is needed.
    process::answer(Command::new("cargo").args(["generate-lockfile", "--offline"]).current_dir(folder))?;
    Ok(())
}

fn write_manifest<'a>(folder: &Path, name: &str, uses: impl Iterator<Item = &'a &'a str>) -> Result<PathBuf> {
    let uses: String = uses.map(|used| format!("{used} = {{ path = \"../{used}\" }}\n")).collect();
    let package = format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    let manifest = folder.join(name).join("Cargo.toml");
    fs::write(&manifest, format!("{package}\n[dependencies]\n{uses}\n"))?;
    Ok(manifest)
}

/// The sources of the hashbrown that this standard library is built with; none when it uses none.
fn hashbrown(place: &Place, library: &Path) -> Result<Option<PathBuf>> {
    let lock = fs::read_to_string(library.join("Cargo.lock")).unwrap_or_default();
    let version = lock.split("[[package]]").find(|package| package.contains("name = \"hashbrown\""));
    let Some(version) = version.and_then(|package| package.split("version = \"").nth(1)?.split('"').next())
    else {
        return Ok(None);
    };
    let crate_folder = tempfile::tempdir_in(place.project.cache())?;
    let manifest = format!(
        "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n\
         [dependencies]\nhashbrown = {{ version = \"={version}\", default-features = false }}\n[workspace]\n"
    );
    fs::write(crate_folder.path().join("Cargo.toml"), manifest)?;
    fs::write(crate_folder.path().join("lib.rs"), "")?;
    let metadata = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .current_dir(crate_folder.path())
        .output()
        .context("cargo cannot be started")?;
    if !metadata.status.success() {
        let words = String::from_utf8_lossy(&metadata.stderr).into_owned();
        return Err(
            process::Failure { program: "cargo metadata".into(), status: metadata.status, words }.into()
        );
    }
    let metadata: Value = serde_json::from_slice(&metadata.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let found = packages.iter().find(|package| package["name"] == HASHBROWN);
    let manifest = found.and_then(|package| package["manifest_path"].as_str()).map(PathBuf::from);
    Ok(manifest.and_then(|manifest| Some(manifest.parent()?.join("src"))))
}

fn is_wanted(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    let is_foreign =
        cfg!(target_os = "linux") && FOREIGN.contains(&stem) && path.to_string_lossy().contains("sys");
    !matches!(&*name, "tests" | "tests.rs" | "benches" | "benches.rs") && !is_foreign
}
