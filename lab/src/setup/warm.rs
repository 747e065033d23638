//! The warm folder: a kernel's workspace in which the support crate is built, to be copied for each kernel.
//!
//! The kernel writes its crate anew at every start, first without the support crate. On its own, cargo would then
//! drop all the locked versions, and look for new ones on the network at every start. So the kernel's crate is a
//! member of a workspace whose other member, `keep`, needs the support crate and keeps the tested versions locked.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use super::files::Copied;
use super::lock::Lock;
use super::outline::{self, Docs};
use super::progress::Progress;
use super::{Place, State, Step, files, sources};
use crate::kernel::{self, WarmFolder, direct, drive::Session};
use crate::project::{Project, SETUP_CELL};

/// The folder of the kernel's crate in the workspace.
pub const CRATE: &str = "cell";
/// The folder of what the kernel runs at its start.
pub const CONFIG: &str = "config";
/// The profile that the kernel writes into its crate, where a member of a workspace cannot have one. Without ThinLTO,
/// which takes half of a cell's compile time, and among one crate's units finds little to do. The support crate not in
/// parts: what rustc keeps for that is 200 MB, and [of no use](copy) to another kernel. SQLite waits for the disk:
/// optimised, its C takes 46 s of a first set-up instead of 8 s.
const PROFILE: &str = "[profile.dev]\nopt-level = 2\ndebug = false\nstrip = \"debuginfo\"\nrpath = true\n\
    debug-assertions = true\ncodegen-units = 16\npanic = \"unwind\"\nincremental = true\noverflow-checks = true\nlto = \"off\"\n\
    [profile.dev.package.timelanes]\nincremental = false\n[profile.dev.package.libsqlite3-sys]\nopt-level = 0\n";
/// One `let`, so that the kernel has read all it needs to infer types.
const FIRST_LET: &str = "let _ready = ();";
/// The same, around a lesson's first figure: the kernel has then inferred the types that lessons use, and ran nothing.
const FIRST_FIGURE: [&str; 2] = [
    "let _ready = { let _never = || -> std::result::Result<(), Box<dyn std::error::Error>> {\n",
    ";\nOk(()) }; };",
];
/// Counts up when set-up makes something else of the same sources.
const EDITION: u32 = 9;
/// What cannot be inferred when something is missing in the sources of the standard library.
const TYPES: &str = "let types = std::collections::HashMap::<u32, String>::new().iter().map(|(key, _)| *key)\
    .collect::<Vec<_>>(); let threads = std::thread::spawn(|| 3u32); let sum = threads.join().unwrap();";
const LOCK: &str = "warm.lock";

/// The step that makes it.
#[derive(Debug)]
pub struct Warm;

impl Step for Warm {
    fn name(&self) -> &'static str {
        "warm folder"
    }

    fn state(&self, place: &Place) -> State {
        match newest(place) {
            Some((folder, true)) => State::There(folder.display().to_string()),
            Some((_, false)) => State::OutOfDate("the support crate or Rust changed".into()),
            None => State::Missing,
        }
    }

    fn make(&self, place: &Place) -> Result<()> {
        let all = all(place);
        let work = files::unfinished(&all)?;
        let warm = WarmFolder::around(place, work)?;
        if let Some((old, _)) = newest(place) {
            copy(&old, &warm.work())?;
        }
        write_workspace(place, &warm.work())?;
        let plain = fs::read(prelude(&warm.work()))?;
        if let Some(figure) = first_figure(&place.project) {
            let uses = String::from_utf8_lossy(&plain).replace(FIRST_LET, "");
            fs::write(prelude(&warm.work()), uses + FIRST_FIGURE[0] + figure.trim_end() + FIRST_FIGURE[1])?;
        }
        // Of an earlier state of the support crate.
        files::remove(&warm.work().join(ANSWERS))?;
        write_outline(&place.project.support_crate(), &warm.work())?;
        if let Err(error) = heat(place, &warm) {
            if crate::process::is_stopped() || fs::read(prelude(&warm.work()))? == plain {
                return Err(error);
            }
            // A lesson that was changed need not compile.
            fs::write(prelude(&warm.work()), plain)?;
            heat(place, &warm)?;
        }
        files::write_whole(
            &warm.work().join(ANSWERS).join(ANSWERED_FOR),
            manifests(&place.project)?.as_bytes(),
        )?;
        files::remove(&warm.work().join(direct::FOLDER))?;
        let _writing = Lock::quietly(place.project.cache(), LOCK, false)?;
        let folder = folder(place)?;
        files::finish(&warm.work(), &folder)?;
        remove_older(place, &folder)
    }
}

/// The lock that keeps warm folders from being replaced while they are copied.
///
/// # Errors
/// When the cache cannot be written.
pub fn reading(place: &Place) -> Result<Lock> {
    Lock::quietly(place.project.cache(), LOCK, true)
}

/// The warm folder of this checkout, and whether it is of its present state; else the newest of an earlier one.
pub fn newest(place: &Place) -> Option<(PathBuf, bool)> {
    let current = folder(place).ok()?;
    if files::is_whole(&current) {
        return Some((current, true));
    }
    let time = |folder: &PathBuf| {
        fs::metadata(folder).and_then(|it| it.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
    };
    Some((of_this_checkout(place).into_iter().max_by_key(time)?, false))
}

/// What is of no use in another folder.
const IN_NO_COPY: [&str; 3] = ["incremental", "incremental-checked", direct::FOLDER];

/// Copies a warm folder, without what rustc keeps to compile a crate in parts: it compiles them all again when the folder
/// is another. What it built of the crates is linked, nine tenths of it all, and so are outlines: neither rustc nor cargo
/// changes such a file, but puts another in its place, so that no copy changes with another.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let outlines = from.join(OUTLINE);
    files::copy_or_link(from, to, &|path| match path.extension().and_then(|it| it.to_str()) {
        _ if IN_NO_COPY.iter().any(|name| path.ends_with(name)) => Copied::Not,
        _ if path.starts_with(&outlines) => Copied::Linked,
        Some("rlib" | "rmeta") => Copied::Linked,
        _ => Copied::Whole,
    })
}

/// The folder of what rust-analyzer was answered.
pub const ANSWERS: &str = "answers";
/// The file in it that says for which manifests.
pub const ANSWERED_FOR: &str = "manifests";
/// The manifests and the locked versions of the checkout.
const MANIFESTS: [&str; 3] = ["support-crate/Cargo.toml", "Cargo.toml", "Cargo.lock"];

/// What the answers depend on; the crate's sources don't matter.
fn manifests(project: &Project) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    hash(project, &MANIFESTS, &mut hasher)?;
    Ok(format!("{:016x}", hasher.finish()))
}

/// Hashes those of `paths` that are in the checkout.
fn hash(project: &Project, paths: &[&str], hasher: &mut DefaultHasher) -> Result<()> {
    let paths = paths.iter().map(|path| project.root().join(path));
    paths.filter(|path| path.exists()).try_for_each(|path| files::hash(&path, hasher))
}

/// The outlines of the support crate, in a kernel's workspace.
pub const OUTLINE: &str = "outline";

/// Writes outlines of the support crate as it is now.
///
/// # Errors
/// When they cannot be written.
pub fn write_outline(support_crate: &Path, work: &Path) -> Result<()> {
    files::remove(&work.join(OUTLINE))?;
    outline::of_crate(support_crate, &work.join(OUTLINE), Docs::Keep)
}

/// Brings what rust-analyzer was answered up to date. If it depends on what has changed, it is removed: then it asks cargo
/// itself.
///
/// # Errors
/// When the manifests cannot be read, or the answers not be written or removed.
pub fn renew_answers(place: &Place, work: &Path) -> Result<()> {
    let (answers, now) = (work.join(ANSWERS), manifests(&place.project)?);
    if fs::read_to_string(answers.join(ANSWERED_FOR)).is_ok_and(|of| of == now) {
        return write_outline(&place.project.support_crate(), work);
    }
    files::remove(&answers)
}

/// Has cargo take the support crate in `work` as built of its sources as they are now, which they must be. Cargo goes by
/// times, and a branch that was switched to and back leaves new ones on the same text.
///
/// # Errors
/// When the time of cargo's note cannot be changed.
pub fn vouch(work: &Path) -> Result<()> {
    let built = work.join(CRATE).join("target");
    for (target, _) in files::entries(&built)? {
        let notes = target.join("debug/.fingerprint");
        for (note, _) in files::entries(&notes).unwrap_or_default() {
            let note = note.join("dep-lib-timelanes");
            if note.is_file() {
                File::options().append(true).open(note)?.set_modified(SystemTime::now())?;
            }
        }
    }
    Ok(())
}

/// What the kernel runs at its start.
fn prelude(work: &Path) -> PathBuf {
    work.join(CONFIG).join("prelude.rs")
}

/// The first figure of the first lesson that has one.
fn first_figure(project: &Project) -> Option<String> {
    let lessons = files::entries(&project.notebooks()).ok()?.into_iter().map(|(path, _)| path);
    lessons.filter(|path| path.extension().is_some_and(|it| it == "ipynb")).find_map(|path| {
        let lesson: serde_json::Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        let cells = lesson["cells"].as_array()?;
        let tags = |cell: &serde_json::Value| cell["metadata"]["tags"].to_string();
        let figure = cells
            .iter()
            .find(|cell| tags(cell).contains("\"figure\"") && !tags(cell).contains("exercise"))?;
        let lines = figure["source"].as_array()?.iter().filter_map(|line| line.as_str());
        Some(lines.collect::<String>())
    })
}

/// Writes the workspace around the kernel's crate, and what the kernel runs at its start.
///
/// # Errors
/// When it cannot be written.
pub fn write_workspace(place: &Place, work: &Path) -> Result<()> {
    let project = &place.project;
    let support_crate = project.support_crate().canonicalize().context("the support crate is not there")?;
    let path = serde_json::to_string(&support_crate)?;
    let keep = "[package]\nname = \"keep\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n";
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = [\"{CRATE}\", \"keep\"]\n\n{PROFILE}");
    let cell = "[package]\nname = \"ctx\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
        [lib]\ncrate-type = [\"cdylib\"]\npath = \"src/lib.rs\"\n";
    let (deps, uses): (Vec<&str>, Vec<&str>) = SETUP_CELL.lines().partition(|line| line.starts_with(":dep"));
    // What the kernel makes of the relative path, whatever folder it is started in.
    let deps = deps.join("\n").replace("\"../support-crate\"", &path);
    for (file, text) in [
        ("Cargo.toml".to_owned(), workspace),
        ("keep/Cargo.toml".to_owned(), format!("{keep}timelanes = {{ path = {path} }}\n")),
        ("keep/src/lib.rs".to_owned(), String::new()),
        (format!("{CRATE}/Cargo.toml"), cell.to_owned()),
        (format!("{CRATE}/src/lib.rs"), String::new()),
        (format!("{CONFIG}/init.evcxr"), deps),
        (format!("{CONFIG}/prelude.rs"), format!("{}\n{FIRST_LET}\n", uses.join("\n"))),
    ] {
        files::write_whole(&work.join(file), text.as_bytes())?;
    }
    let lock = project.root().join("Cargo.lock");
    if lock.is_file() {
        fs::copy(lock, work.join("Cargo.lock"))?;
    }
    Ok(())
}

/// Runs a kernel in `warm` once.
fn heat(place: &Place, warm: &WarmFolder) -> Result<()> {
    let total = packages(&warm.work());
    let progress = Arc::new(Mutex::new((Progress::start("building the support crate for the kernel"), 0)));
    let hear = Arc::clone(&progress);
    let mut session = Session::start(
        |connection_file| kernel::warming_command(&place.project, warm, connection_file),
        move |line| {
            if let (Some(at), Ok(mut progress)) = (line.trim().strip_prefix("Compiling "), hear.lock()) {
                progress.1 += 1;
                let done = progress.1;
                progress.0.at(done, total, at);
            }
        },
    )
    .context("the kernel could not load the support crate")?;
    for cell in SETUP_CELL.lines().chain(["1 + 1"]) {
        let reply = session.run(cell)?;
        if !reply.is_ok {
            bail!("the kernel could not load the support crate:\n{}", reply.text);
        }
    }
    let types = session.run(TYPES)?;
    if !types.is_ok && sources::folder(place).is_some() {
        eprintln!("types cannot be inferred from the pruned standard library: the full one is used");
        sources::give_up(place)?;
    }
    if let Ok(progress) = progress.lock() {
        progress.0.finish();
    }
    Ok(())
}

/// How many packages there are to compile; 0 when cargo does not say.
fn packages(work: &Path) -> u64 {
    let mut tree = Command::new("cargo");
    tree.args(["tree", "--package", "keep", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"]);
    let lines = crate::process::answer(tree.current_dir(work)).unwrap_or_default();
    lines.lines().collect::<std::collections::HashSet<_>>().len().saturating_sub(1) as u64
}

fn all(place: &Place) -> PathBuf {
    place.project.cache().join("warm")
}

fn checkout(project: &Project) -> String {
    files::short_hash(project.root())
}

/// The warm folder for the present state of the checkout.
fn folder(place: &Place) -> Result<PathBuf> {
    let (project, mut hasher) = (&place.project, DefaultHasher::new());
    (SETUP_CELL, FIRST_LET, PROFILE, EDITION, outline::EDITION, place.toolchain.version()).hash(&mut hasher);
    hash(project, &["support-crate/src", "support-crate/build.rs"], &mut hasher)?;
    hash(project, &MANIFESTS, &mut hasher)?;
    Ok(all(place).join(format!("{}-{:016x}", checkout(project), hasher.finish())))
}

fn of_this_checkout(place: &Place) -> Vec<PathBuf> {
    let checkout = checkout(&place.project);
    let mut folders = files::entries(&all(place)).unwrap_or_default();
    folders.retain(|(path, _)| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&checkout))
            && files::is_whole(path)
    });
    folders.into_iter().map(|(path, _)| path).collect()
}

fn remove_older(place: &Place, current: &Path) -> Result<()> {
    of_this_checkout(place)
        .iter()
        .filter(|folder| *folder != current)
        .try_for_each(|folder| files::remove(folder))
}
