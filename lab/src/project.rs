//! Where everything lies: the checkout, its `.venv`, its state, and the user's cache folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The version of the kernel that the course is tested with.
pub const EVCXR_VERSION: &str = "0.22.0";

/// The cell every lesson starts with; the kernel has built and loaded it before the learner runs it.
pub const SETUP_CELL: &str = ":dep timelanes = { path = \"../support-crate\" }\nuse timelanes::prelude::*;";

/// A checkout of timelanes, and the cache folder it shares with the user's other checkouts.
#[derive(Debug, Clone)]
pub struct Project {
    root: PathBuf,
    cache: PathBuf,
}

impl Project {
    /// The checkout that holds the current folder (or the one `cargo lab` was built in), with the cache
    /// folder from `TIMELANES_CACHE` or the user's own.
    ///
    /// # Errors
    /// When no checkout is found, or the user has no cache folder.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir().context("the current folder cannot be read")?;
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"));
        let root = here
            .ancestors()
            .find(|folder| is_checkout(folder))
            .or_else(|| is_checkout(built_in).then_some(built_in))
            .with_context(|| {
                format!("{} is not inside a timelanes checkout: change into one first", here.display())
            })?;
        Self::at(root.to_owned(), None)
    }

    /// The checkout at `root`; `cache` replaces the user's cache folder.
    ///
    /// # Errors
    /// When no cache folder is given and the user has none.
    pub fn at(root: PathBuf, cache: Option<PathBuf>) -> Result<Self> {
        let cache = match cache.or_else(|| std::env::var_os("TIMELANES_CACHE").map(PathBuf::from)) {
            Some(cache) => cache,
            None => match dirs::cache_dir() {
                Some(folder) => folder.join("timelanes"),
                None => {
                    bail!("no cache folder is known for this user: set TIMELANES_CACHE to a folder to use")
                }
            },
        };
        Ok(Self { root, cache })
    }

    /// The top of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The lessons.
    pub fn notebooks(&self) -> PathBuf {
        self.root.join("notebooks")
    }

    /// The crate the lessons call.
    pub fn support_crate(&self) -> PathBuf {
        self.root.join("support-crate")
    }

    /// JupyterLab and what it needs; holds the kernel spec too.
    pub fn venv(&self) -> PathBuf {
        self.root.join(".venv")
    }

    /// The Python of the [`venv`](Self::venv).
    pub fn python(&self) -> PathBuf {
        if cfg!(windows) { self.venv().join("Scripts/python.exe") } else { self.venv().join("bin/python") }
    }

    /// The learner's progress and the stamps of set-up; never committed.
    pub fn state(&self) -> PathBuf {
        self.root.join(".timelanes")
    }

    /// Whether kernels can work in the cache.
    ///
    /// # Errors
    /// When its path has a blank: the kernel and the process that runs its cells tell each other paths, and split
    /// them at blanks.
    pub fn check_cache(&self) -> Result<()> {
        if self.cache.to_string_lossy().contains(' ') {
            bail!(
                "the Rust kernel cannot work in a folder with a blank in its path, and the cache is {}: \
                 set TIMELANES_CACHE to a folder without one",
                self.cache.display()
            );
        }
        Ok(())
    }

    /// What all checkouts of this user share: the built kernel, warm folders.
    pub fn cache(&self) -> &Path {
        &self.cache
    }
}

fn is_checkout(folder: &Path) -> bool {
    folder.join("support-crate/Cargo.toml").is_file() && folder.join("notebooks").is_dir()
}
