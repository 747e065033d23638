//! The Rust that builds and runs the cells: new enough, with the sources of its standard library.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Place, State, Step};
use crate::process;

/// The oldest Rust the course works with, as `1.MINOR`.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");
const NO_RUST: &str =
    "no Rust was found: install it from https://rustup.rs, open a new terminal, and run this again";

/// An installed Rust.
#[derive(Debug, Clone)]
pub struct Toolchain {
    sysroot: PathBuf,
    version: String,
    host: String,
}

impl Toolchain {
    /// The Rust that `rustc` in `folder` means. Whoever starts a kernel need not have rustup's programs on PATH.
    ///
    /// # Errors
    /// When there is none, or it does not answer.
    pub fn find(folder: &Path) -> Result<Self> {
        let named = which("rustc").or_else(|| Some(program(&home("CARGO_HOME")?.join("bin"), "rustc")));
        let rustc = named.filter(|path| path.is_file()).context(NO_RUST)?;
        let sysroot = process::answer(Command::new(rustc).args(["--print", "sysroot"]).current_dir(folder));
        let sysroot = PathBuf::from(sysroot.context(NO_RUST)?);
        // Past rustup's proxy: quicker, and surely the same.
        let own = program(&sysroot.join("bin"), "rustc");
        let rustc = if own.is_file() { own } else { "rustc".into() };
        let words = process::answer(Command::new(rustc).arg("-vV").current_dir(folder)).context(NO_RUST)?;
        let field = |name: &str| words.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let release = field("release:").context("rustc does not say its release")?;
        let version = match field("commit-hash:") {
            // Nightlies share a release.
            Some(hash) if release.contains('-') => format!("{release}-{}", hash.get(..9).unwrap_or(hash)),
            _ => release.to_owned(),
        };
        let host = field("host:").context("rustc does not say what it builds for")?.to_owned();
        Ok(Self { sysroot, version, host })
    }

    /// `1.95.0`, or for a nightly `1.97.0-nightly-abcdef012`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder of its own programs, without rustup's proxies.
    pub fn bin(&self) -> PathBuf {
        self.sysroot.join("bin")
    }

    /// Its cargo.
    pub fn cargo(&self) -> PathBuf {
        program(&self.bin(), "cargo")
    }

    /// The folder of the standard library that cells are linked with, as a shared object.
    pub fn shared_objects(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(&self.host).join("lib")
    }

    /// What rustup calls it; none when rustup did not install it.
    pub fn rustup_name(&self) -> Option<&OsStr> {
        let folder = self.sysroot.parent()?;
        self.sysroot.file_name().filter(|_| folder.file_name().is_some_and(|name| name == "toolchains"))
    }

    /// The sources of its standard library: the component's, or what `RUST_SRC_PATH` names.
    pub fn library(&self) -> Option<PathBuf> {
        let component = self.sysroot.join("lib/rustlib/src/rust/library");
        let named = env::var_os("RUST_SRC_PATH").map(PathBuf::from);
        [Some(component), named].into_iter().flatten().find(|folder| folder.join("core/src/lib.rs").is_file())
    }

    fn is_new_enough(&self) -> bool {
        let minor = |version: &str| version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
        minor(&self.version) >= minor(OLDEST) || !self.version.starts_with("1.")
    }
}

/// Rust itself.
#[derive(Debug)]
pub struct Rust;

impl Step for Rust {
    fn name(&self) -> &'static str {
        "Rust"
    }

    fn remedy(&self) -> &'static str {
        "rustup update"
    }

    fn state(&self, place: &Place) -> State {
        let toolchain = &place.toolchain;
        if toolchain.is_new_enough() {
            State::There(toolchain.version.clone())
        } else {
            State::OutOfDate(format!("{}, and the course needs {OLDEST} or newer", toolchain.version))
        }
    }

    fn make(&self, place: &Place) -> Result<()> {
        bail!(
            "Rust {} is too old, the course needs {OLDEST} or newer: run `rustup update`",
            place.toolchain.version
        )
    }
}

/// The sources of the standard library, from which the kernel infers the types of variables.
#[derive(Debug)]
pub struct RustSrc;

impl Step for RustSrc {
    fn name(&self) -> &'static str {
        "Rust's sources (rust-src)"
    }

    fn remedy(&self) -> &'static str {
        "rustup component add rust-src"
    }

    fn state(&self, place: &Place) -> State {
        match place.toolchain.library() {
            Some(folder) => State::There(folder.display().to_string()),
            None => State::Missing,
        }
    }

    fn make(&self, place: &Place) -> Result<()> {
        let mut add = Command::new("rustup");
        add.args(["component", "add", "rust-src"]).current_dir(place.project.root());
        if let Some(name) = place.toolchain.rustup_name() {
            add.arg("--toolchain").arg(name);
        }
        if which("rustup").is_none() {
            bail!(
                "the component rust-src is missing, and there is no rustup to install it. Install the sources of \
                 the standard library with what installed Rust (the package is often called rust-src), or set \
                 RUST_SRC_PATH to their folder `library`, then run this again"
            );
        }
        eprintln!("installing the component rust-src …");
        process::run(&mut add, &mut |line| eprintln!("  {line}"))?;
        match place.toolchain.library() {
            Some(_) => Ok(()),
            None => bail!("rustup added rust-src, but it is not in {}", place.toolchain.sysroot.display()),
        }
    }
}

/// The program called `name` on PATH.
pub fn which(name: &str) -> Option<PathBuf> {
    which_in(name, &env::var_os("PATH")?)
}

/// The program called `name` in the first of the folders in `path` that has it.
pub fn which_in(name: &str, path: &OsStr) -> Option<PathBuf> {
    env::split_paths(path).map(|folder| program(&folder, name)).find(|path| path.is_file())
}

/// Cargo's or rustup's own folder, by the variable that names it; else where they put it.
pub fn home(variable: &str) -> Option<PathBuf> {
    let named = env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let usual = if variable == "CARGO_HOME" { ".cargo" } else { ".rustup" };
    named.or_else(|| Some(dirs::home_dir()?.join(usual)))
}

fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
