//! What a kernel finds Rust by: the same whether cargo, JupyterLab or an editor started it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cargo;
use crate::project::Project;
use crate::setup::spec;
use crate::setup::toolchain::{self, Toolchain};

/// Where the system looks for the shared objects of a program, and where it looks when nobody says.
const SHARED_OBJECTS: (&str, &[&str]) = if cfg!(target_os = "macos") {
    ("DYLD_FALLBACK_LIBRARY_PATH", &["/usr/local/lib", "/usr/lib"])
} else {
    ("LD_LIBRARY_PATH", &[])
};
/// Where programs are looked for when nobody says: the linker is one of them.
const PROGRAMS: &[&str] =
    if cfg!(windows) { &[] } else { &["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"] };

/// Has `command` and what it starts use `toolchain`, and none of what cargo tells a program that it runs. What rust-analyzer
/// asks of cargo is answered from the folder `answers`.
pub fn set(command: &mut Command, project: &Project, toolchain: &Toolchain, answers: &Path) {
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name == "CARGO_ENCODED_RUSTFLAGS"
        {
            command.env_remove(&*name);
        }
    }
    // The toolchain's own programs before others: through rustup's proxies each start takes 10 ms more.
    let mut programs = vec![toolchain.bin()];
    // A cell is a shared object, and so is the standard library that it needs.
    if cfg!(windows) {
        programs.push(toolchain.shared_objects());
    } else {
        let (name, usual) = SHARED_OBJECTS;
        command.env(name, list(vec![toolchain.shared_objects()], name, usual));
    }
    for name in ["CARGO_HOME", "RUSTUP_HOME"] {
        if let Some(folder) = toolchain::home(name) {
            command.env(name, folder);
        }
    }
    let home = spec::cargo_home(project);
    if home.is_dir() {
        programs.insert(0, cargo::programs(&home));
        command.env("CARGO_HOME", home).env(cargo::ANSWERS, answers).env(cargo::REAL, toolchain.cargo());
    }
    command.env("PATH", list(programs, "PATH", PROGRAMS));
    if let Some(name) = toolchain.rustup_name() {
        command.env("RUSTUP_TOOLCHAIN", name);
    }
}

/// `first`, then what the variable `name` holds, or else what is `usual`.
fn list(first: Vec<PathBuf>, name: &str, usual: &[&str]) -> OsString {
    let held = env::var_os(name).filter(|value| !value.is_empty());
    let others: Vec<PathBuf> = match &held {
        Some(held) => env::split_paths(held).collect(),
        None => usual.iter().map(PathBuf::from).collect(),
    };
    env::join_paths(first.into_iter().chain(others)).unwrap_or_else(|_| held.unwrap_or_default())
}
