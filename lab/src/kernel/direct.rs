//! A cell compiled by rustc alone.
//!
//! For each cell cargo finds out anew that nothing but the cell has changed, which takes a fifth of the time from an
//! edited cell to its figure. So the call of rustc that it made for one cell is kept, and made again for the next. And
//! before the kernel tells the first mistake it has cargo check the cell, for which cargo checks every crate below it, half
//! a minute long; rustc checks the cell against the crates as they are built.
//! What it was asked, the environment, the manifests and the locked versions name another file. And when a source that lies
//! on this machine, a manifest above it or rustc is newer than the call, cargo is asked, and builds what has changed.

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::cargo::ANSWERS;
use super::{rustc, stand_in};
use crate::setup::files;

/// Names, to the rustc that cargo starts for a cell, the file in which to keep the call.
pub const KEEP: &str = "TIMELANES_DIRECT";
/// The folder of the calls, in a kernel's workspace.
pub const FOLDER: &str = "direct";
/// What else cargo goes by, as seen from the kernel's crate.
const GOES_BY: [&str; 4] = ["Cargo.toml", ".cargo/config.toml", "../Cargo.toml", "../Cargo.lock"];
/// Cargo's pipes, by which its rustcs share the cores, are not there without it.
const PIPES: [&str; 3] = ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"];

/// What a cell needs on the disk, in bytes, and more.
#[cfg(target_os = "linux")]
const ROOM: u64 = 64 << 20;
/// What the kernel sets when it has a cell built, and not when it has it checked.
const BUILDS: &str = "EVCXR_EXECUTION_SO_PATH";

/// What the kernel wants of cargo for a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A shared object.
    Built,
    /// The mistakes in it, and no more.
    Checked,
}

impl Wanted {
    /// What `arguments` of cargo mean; none when they are about something else.
    pub fn of(arguments: &[OsString]) -> Option<Self> {
        let said = |wanted: &str| arguments.iter().any(|word| word == wanted);
        match (said("--message-format=json"), said("build"), said("check")) {
            (true, true, _) => Some(Self::Built),
            (true, _, true) => Some(Self::Checked),
            _ => None,
        }
    }
}

/// A call of rustc for a cell.
#[derive(Debug, Serialize, Deserialize)]
pub struct Call {
    folder: PathBuf,
    rustc: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

/// Has the rustc that `cargo` starts keep its call in `file`. It counts from now, by the clock of the disk: a source that is
/// saved while cargo builds is newer. Where that cannot be noted, the call is not kept.
pub fn keep_call(cargo: &mut Command, file: &Path) {
    if asked(file).is_some_and(|asked| fs::write(asked, "").is_ok()) {
        cargo.env(KEEP, file);
    }
}

/// The file whose time is when cargo was asked.
fn asked(file: &Path) -> Option<PathBuf> {
    Some(file.parent()?.with_file_name("asked"))
}

/// Where the call is kept that cargo makes when it is asked here and now to build a cell, among other `arguments`.
pub fn file(arguments: &[OsString]) -> Option<PathBuf> {
    let work = env::var_os(ANSWERS).map(PathBuf::from)?.parent()?.to_owned();
    let arguments = arguments.iter().filter(|word| *word != "build" && *word != "check");
    let mut environment: Vec<_> = env::vars_os().filter(|(name, _)| name != BUILDS).collect();
    environment.sort();
    let goes_by = GOES_BY.map(|file| fs::read(file).ok());
    let key = (arguments.collect::<Vec<_>>(), environment, goes_by);
    Some(work.join(FOLDER).join(files::short_hash(key)))
}

impl Call {
    /// The call that this process, which acts as `rustc`, was asked for; none when a word of it is not Unicode.
    pub fn of_this_process(rustc: &OsString, arguments: &[OsString]) -> Option<Self> {
        let text = |word: &OsString| word.to_str().map(str::to_owned);
        let environment =
            env::vars_os().filter_map(|(name, value)| Some((text(&name)?, text(&value)?))).collect();
        Some(Self {
            folder: env::current_dir().ok()?,
            rustc: text(rustc)?,
            arguments: arguments.iter().map(text).collect::<Option<_>>()?,
            environment,
        })
    }

    /// Keeps it in `file`, and no other, to be made again once cargo has said, after a build without a mistake, which
    /// sources went into it: there is one list of them.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn keep(&self, file: &Path) -> Result<()> {
        let folder = file.parent().context("a file lies in a folder")?;
        files::remove(folder)?;
        files::remove(&self.list().context("rustc was not told where to build")?)?;
        let asked = fs::metadata(asked(file).context("nobody said when cargo was asked")?)?.modified()?;
        files::create(folder)?;
        files::write_whole(file, &serde_json::to_vec(self)?)?;
        Ok(File::options().append(true).open(file)?.set_modified(asked)?)
    }

    /// The call kept in `file`, if cargo would make it again.
    pub fn kept(file: &Path) -> Option<Self> {
        let call: Self = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        let made = fs::metadata(file).ok()?.modified().ok()?;
        let would_be_the_same = call.are_crates_there() && call.is_all_older_than(made)?;
        (would_be_the_same && has_room(file)).then_some(call)
    }

    fn after(&self, name: &str) -> impl Iterator<Item = &str> {
        let pairs = self.arguments.windows(2);
        pairs.filter(move |pair| pair[0] == name).map(|pair| pair[1].as_str())
    }

    fn out_dir(&self) -> Option<&Path> {
        self.after("--out-dir").next().map(Path::new)
    }

    fn source(&self) -> Option<&Path> {
        rustc::source(self.arguments.iter().map(Path::new))
    }

    fn are_crates_there(&self) -> bool {
        self.after("--extern")
            .filter_map(|word| word.split_once('='))
            .all(|(_, path)| Path::new(path).is_file())
    }

    /// Cargo's own list of the sources on this machine, beside what it built.
    fn list(&self) -> Option<PathBuf> {
        Some(self.out_dir()?.parent()?.join(format!("lib{}.d", rustc::CELL)))
    }

    /// Whether the sources are older than `made`, and what is not in their list: their manifests, and rustc.
    fn is_all_older_than(&self, made: SystemTime) -> Option<bool> {
        let list = fs::read_to_string(self.list()?).ok()?;
        let cell = self.folder.join(self.source()?);
        let mut files: HashSet<PathBuf> = sources(&list).into_iter().collect();
        // Not in it, the list is not whole.
        if !files.remove(&cell) {
            return None;
        }
        // What a build script reads may be in no list.
        if files.iter().any(|path| path.ends_with("build.rs")) {
            return None;
        }
        let folders: HashSet<&Path> = files.iter().flat_map(|path| path.ancestors().skip(1)).collect();
        let manifests = folders.iter().map(|it| it.join("Cargo.toml")).filter(|it| it.is_file());
        let others: Vec<PathBuf> = manifests.chain([PathBuf::from(&self.rustc)]).collect();
        let is_older =
            |path: &PathBuf| fs::metadata(path).and_then(|it| it.modified()).is_ok_and(|time| time < made);
        Some(files.iter().chain(&others).all(is_older))
    }

    /// Makes it again.
    ///
    /// # Errors
    /// When rustc cannot be started.
    pub fn again(&self, wanted: Wanted) -> Result<ExitCode> {
        let mut command = Command::new(&self.rustc);
        match wanted {
            Wanted::Built => {
                println!("{}", self.artifact());
                command.args(&self.arguments);
            }
            Wanted::Checked => _ = command.args(self.arguments.iter().map(|word| as_check(word))),
        }
        env::set_current_dir(&self.folder).context("the kernel's folder is gone")?;
        if let Some(source) = self.source() {
            rustc::mark_file(source);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        for name in PIPES {
            command.env_remove(name);
        }
        stand_in::become_it(&mut command).context("rustc could not be started")
    }

    /// What cargo says of what it built; if it cannot be built, nobody looks for it.
    fn artifact(&self) -> String {
        let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
        let built = self.out_dir().map(|folder| folder.join(format!("{prefix}{}{suffix}", rustc::CELL)));
        json!({ "reason": "compiler-artifact", "target": { "name": rustc::CELL }, "filenames": [built] })
            .to_string()
    }
}

/// Whether there is room for a cell on the disk of `file`. Of a full one cargo says that it is full; rustc alone gives the
/// mistakes that it finds before it writes.
#[cfg(target_os = "linux")]
#[allow(clippy::useless_conversion, reason = "these have 32 bits on some systems")]
fn has_room(file: &Path) -> bool {
    let disk = nix::sys::statvfs::statvfs(file);
    disk.is_ok_and(|disk| u64::from(disk.blocks_available()) * u64::from(disk.fragment_size()) > ROOM)
}

#[cfg(not(target_os = "linux"))]
fn has_room(_file: &Path) -> bool {
    true
}

/// What stands in place of `word` where nothing is to be built. In the folder of what rustc keeps from one build to the
/// next, it would throw that away.
fn as_check(word: &str) -> String {
    match word.split_once('=') {
        Some(("--emit", _)) => "--emit=metadata".to_owned(),
        Some(("incremental", folder)) => format!("incremental={folder}-checked"),
        _ => word.to_owned(),
    }
}

/// The files that a list for `make` names behind its colon. A space in a name has a backslash before it.
fn sources(list: &str) -> Vec<PathBuf> {
    let Some((_, files)) = list.lines().next().and_then(|line| line.split_once(": ")) else {
        return Vec::new();
    };
    let files = files.replace("\\ ", "\0");
    files.split_whitespace().map(|name| PathBuf::from(name.replace('\0', " "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_spaces_are_read_from_a_list_of_sources() {
        let list = "/a b/libctx.so: /a\\ b/lib.rs /c/mod.rs\n\n/c/mod.rs:\n";
        assert_eq!(sources(list), [Path::new("/a b/lib.rs"), Path::new("/c/mod.rs")]);
        assert_eq!(sources(""), Vec::<PathBuf>::new());
    }
}
