//! A kernel that has loaded everything and waits for the next front: it is there at once, on a start or a restart.
//!
//! It is made when nobody runs a cell, and stopped in its tracks while somebody does. There is at most one for each
//! state of a checkout and environment; it ends when it is not wanted for a while, when memory is short, or when what
//! it was made from has changed. `TIMELANES_STANDBY=0` turns it off.
//!
//! The offer is a file, named by what the kernel was made from. Whoever has the lock in the kernel's folder and then
//! renames the file has the kernel.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::{FRONT, Kernel, Offer, memory};
use crate::kernel::client;
use crate::project::Project;
use crate::setup::lock::Lock;
use crate::setup::{Place, files, spec, warm};

/// The variable that turns standbys off, by 0.
pub const VARIABLE: &str = "TIMELANES_STANDBY";
/// How long nobody may have run a cell before one is made.
const QUIET: Duration = Duration::from_secs(2);
/// How long one waits to be wanted.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// What has to be free before one is made, and for it to stay.
const ROOM: (u64, u64) = (1500 << 20, 700 << 20);
/// Between two looks while it is made, and after it.
const LOOK: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// The lock that whoever runs a cell shares.
const BUSY: &str = "busy.lock";

/// Whether standbys are wanted.
pub fn is_wanted() -> bool {
    env::var_os(VARIABLE).is_none_or(|value| value != "0") && cfg!(target_os = "linux")
}

fn folder(project: &Project) -> PathBuf {
    project.cache().join("standby")
}

/// Says to those who make a standby that a cell runs, for as long as it lives.
pub fn busy(project: &Project) -> Option<Lock> {
    Lock::quietly(&folder(project), BUSY, true).ok().filter(|_| is_wanted())
}

/// The name of what a kernel started here and now is made from.
fn key(project: &Project) -> Option<String> {
    let place = Place::of(project).ok()?;
    let (warm, true) = warm::newest(&place)? else { return None };
    let program = fs::metadata(spec::program(project)).and_then(|it| it.modified()).ok();
    // What differs from one notebook to the next, and means nothing to a cell.
    let means_nothing =
        |name: &str| name.starts_with("JPY_") || ["_", "SHLVL", "PWD", "OLDPWD", VARIABLE].contains(&name);
    let mut variables: Vec<_> =
        env::vars_os().filter(|(name, _)| !means_nothing(&name.to_string_lossy())).collect();
    variables.sort();
    let what = (warm, program, project.root(), variables, place.toolchain.bin());
    Some(format!("{}-{}", files::short_hash(project.root()), files::short_hash(what)))
}

/// The standby that fits, if there is one: from now on it is whoever's who holds the lock.
pub fn claim(project: &Project) -> Option<(Offer, Lock)> {
    if !is_wanted() {
        return None;
    }
    take(&folder(project).join(format!("{}.json", key(project)?)))
}

fn take(offered: &Path) -> Option<(Offer, Lock)> {
    let offer: Offer = serde_json::from_slice(&fs::read(offered).ok()?).ok()?;
    let front = Lock::try_take(&offer.folder, FRONT).ok()??;
    fs::rename(offered, offered.with_extension("taken")).ok()?;
    let _ = fs::remove_file(offered.with_extension("taken"));
    // Its kernel may have died a moment ago.
    let is_there = Lock::try_take(&offer.folder, crate::kernel::warm::OWNER).is_ok_and(|lock| lock.is_none());
    is_there.then_some((offer, front))
}

/// Has a standby made for the next front, unless there is one, or it is not wanted.
pub fn order(project: &Project) {
    if !is_wanted() {
        return;
    }
    let Ok(mut host) = super::command(project) else { return };
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("JPY_") {
            host.env_remove(name);
        }
    }
    // In a session of its own: it outlives this front and its terminal.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut host, 0);
    host.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Ok(mut host) = host.spawn() {
        thread::spawn(move || host.wait());
    }
}

/// How many standbys wait.
pub fn count(project: &Project) -> usize {
    offers(project).len()
}

/// Ends all standbys, and waits until they are gone.
pub fn end_all(project: &Project) {
    let mut folders = Vec::new();
    for path in offers(project) {
        // Taken, and dropped at once.
        folders.extend(take(&path).map(|(offer, _)| offer.folder));
    }
    let start = Instant::now();
    while folders.iter().any(|folder| folder.exists()) && start.elapsed() < Duration::from_secs(10) {
        thread::sleep(LOOK.0);
    }
}

fn offers(project: &Project) -> Vec<PathBuf> {
    let entries = files::entries(&folder(project)).unwrap_or_default().into_iter().map(|(path, _)| path);
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect()
}

/// Makes one and waits with it.
pub(super) fn run(project: &Project) -> Result<()> {
    let all = folder(project);
    let Some(key) = key(project) else { return Ok(()) };
    let Some(only) = only(&all, &key)? else { return Ok(()) };
    end_outdated(project, &key);
    wait_for_quiet(&all);
    if memory::free().is_some_and(|free| free < ROOM.0) {
        return Ok(());
    }
    let mut kernel = Kernel::start(project)?;
    // Nobody else is in this folder yet.
    let offered = all.join(format!("{key}.json"));
    files::write_whole(&offered, &serde_json::to_vec(&kernel.offer)?)?;
    make_ready(&mut kernel, &offered, &all);
    let start = Instant::now();
    while offered.exists() && kernel.process.ended().is_none() {
        let is_short = memory::free().is_some_and(|free| free < ROOM.1);
        if start.elapsed() > PATIENCE || is_short {
            drop(take(&offered));
        }
        thread::sleep(LOOK.1);
    }
    drop(only);
    let _ = fs::remove_file(all.join(format!("{key}.lock")));
    if kernel.process.ended().is_none() {
        kernel.end_with(kernel.offer.folder.join(FRONT));
        kernel.wait()?;
    } else {
        let _ = fs::remove_file(&offered);
    }
    kernel.clean();
    Ok(())
}

/// The lock of the one host that makes this standby and waits with it; nothing when another does. A host whose
/// standby was just taken gives the lock back at its next look.
fn only(all: &Path, key: &str) -> Result<Option<Lock>> {
    let (name, offered, start) = (format!("{key}.lock"), all.join(format!("{key}.json")), Instant::now());
    loop {
        let lock = Lock::try_take(all, &name)?;
        if lock.is_some() || offered.exists() || start.elapsed() > 2 * LOOK.1 {
            return Ok(lock);
        }
        thread::sleep(LOOK.0);
    }
}

/// Ends those of this checkout that were made from something else, and removes what killed hosts left.
fn end_outdated(project: &Project, key: &str) {
    let checkout = key.split('-').next().unwrap_or(key);
    for path in offers(project) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(checkout) && name != key {
            drop(take(&path));
        }
    }
    let all = folder(project);
    for (path, _) in files::entries(&all).unwrap_or_default() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_others = name.ends_with(".lock") && name != BUSY && !name.starts_with(key);
        if is_others && Lock::try_take(&all, &name).is_ok_and(|lock| lock.is_some()) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn is_busy(all: &Path) -> bool {
    Lock::try_take(all, BUSY).is_ok_and(|lock| lock.is_none())
}

fn wait_for_quiet(all: &Path) {
    let mut since = Instant::now();
    while since.elapsed() < QUIET {
        if is_busy(all) {
            since = Instant::now();
        }
        thread::sleep(LOOK.0);
    }
}

/// Waits until the kernel has loaded everything, or is taken or ends before that; while anybody runs a cell, it is
/// stopped.
fn make_ready(kernel: &mut Kernel, offered: &Path, all: &Path) {
    let connection = kernel.offer.connection.clone();
    let ready = thread::spawn(move || client::wait_until_ready(&connection));
    let mut stopped = false;
    while !ready.is_finished() && offered.exists() && kernel.process.ended().is_none() {
        let busy = is_busy(all);
        if busy != stopped {
            crate::process::pause(kernel.offer.process, busy);
            stopped = busy;
        }
        thread::sleep(LOOK.0);
    }
    if stopped {
        crate::process::pause(kernel.offer.process, false);
    }
}
