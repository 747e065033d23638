//! The process beside each kernel: it starts evcxr_jupyter in a warm folder of its own, says where it listens, and
//! when the front is gone, however it went, it ends what is left and removes the folder.
//!
//! The front that started it gets lines of JSON on its stdout. A standby has no front yet: it offers itself in a
//! file instead, and waits.
//!
//! | module | holds |
//! |---|---|
//! | [`standby`] | a kernel that has loaded everything, for the next front |
//! | [`memory`] | how much memory is free |

pub mod memory;
pub mod standby;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use jupyter_protocol::ConnectionInfo;
use serde::{Deserialize, Serialize};

use super::ports::Ports;
use super::{Behind, WarmFolder};
use crate::process::Group;
use crate::project::Project;
use crate::setup::lock::Lock;
use crate::setup::{self, files};

/// How often the ports may turn out to be taken.
const TRIES: usize = 5;
/// Between two looks at a kernel that starts.
const LOOK: Duration = Duration::from_millis(10);
/// How long nobody may have worked on what is missing: from one step to the next nobody does.
const GRACE: Duration = Duration::from_secs(3);
/// How many of the kernel's last lines are kept.
const WORDS: usize = 20;
/// The file in a kernel's folder that its front keeps locked.
const FRONT: &str = "front.lock";

/// What to host, and for whom.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The checkout.
    #[arg(long)]
    root: PathBuf,
    /// The cache folder.
    #[arg(long)]
    cache: PathBuf,
    /// The file that the front keeps locked while it lives; without it, this is a standby.
    #[arg(long)]
    front: Option<PathBuf>,
}

/// Where a kernel is to be found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Offer {
    /// Its ports and key.
    pub connection: ConnectionInfo,
    /// Its process, which leads a group.
    pub process: u32,
    /// Its folder.
    pub folder: PathBuf,
}

/// What a host says to the front that started it, one line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// What is being waited for.
    Waiting(String),
    /// The kernel listens.
    Offer(Offer),
    /// The kernel ended, or could not be started.
    Ended(String),
}

/// Says `word` to whoever started this; when nobody hears, the lock says so too.
fn say(word: &Word) {
    if let Ok(line) = serde_json::to_string(word) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// `cargo lab kernel-host`.
///
/// # Errors
/// None: what goes wrong is said to the front.
pub fn run(options: &Options) -> Result<ExitCode> {
    let result = host(options);
    if let Some(front) = &options.front {
        let _ = std::fs::remove_file(front);
    }
    if let Err(error) = &result {
        say(&Word::Ended(format!("{error:#}{}", advice(error))));
    }
    Ok(if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn advice(error: &anyhow::Error) -> &'static str {
    let kinds =
        error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    let is_full = |kind| matches!(kind, std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
    match kinds.into_iter().any(is_full) {
        true => "\nThe disk is full: a running lesson needs 0.1 GB. Make room, then run this cell again.",
        false => "",
    }
}

fn host(options: &Options) -> Result<()> {
    let project = Project::at(options.root.clone(), Some(options.cache.clone()))?;
    if let Some(front) = &options.front {
        wait_for_setup(&project, front)?;
        let mut kernel = Kernel::start(&project)?;
        say(&Word::Offer(kernel.offer.clone()));
        kernel.end_with(front.clone());
        let words = kernel.wait()?;
        say(&Word::Ended(words));
        kernel.clean();
        Ok(())
    } else {
        standby::run(&project)
    }
}

/// Whether whoever keeps the file `front` locked is gone.
fn is_gone(front: &Path) -> bool {
    let (Some(folder), Some(name)) = (front.parent(), front.file_name()) else { return false };
    Lock::try_take(folder, &name.to_string_lossy()).is_ok_and(|lock| lock.is_some())
}

/// Waits for a set-up that is under way; without one, what is missing is an error.
fn wait_for_setup(project: &Project, front: &Path) -> Result<()> {
    let place = setup::Place::of(project)?;
    let mut nobody_since = Instant::now();
    while let Some(missing) = setup::missing_for_kernel(&place) {
        let is_locked = |folder: &Path| Lock::try_take(folder, setup::LOCK).is_ok_and(|lock| lock.is_none());
        if is_locked(project.cache()) || is_locked(&project.state()) {
            nobody_since = Instant::now();
        } else if nobody_since.elapsed() > GRACE {
            bail!("{missing} is not there: run `cargo lab setup` in a terminal, then run this cell again");
        }
        if is_gone(front) {
            bail!("nobody waits for this kernel any more");
        }
        let progress = setup::progress::read(project.cache());
        say(&Word::Waiting(progress.unwrap_or_else(|| "the set-up is not done yet".to_owned())));
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

/// An evcxr_jupyter that listens.
struct Kernel {
    offer: Offer,
    process: Group,
    words: Arc<Mutex<VecDeque<String>>>,
    warm: WarmFolder,
}

impl Kernel {
    fn start(project: &Project) -> Result<Self> {
        let warm = WarmFolder::take(project)?;
        for _ in 0..TRIES {
            // Held until the kernel listens.
            let mut ports = Ports::hold()?;
            let mut command = prepare(project, &warm, &ports.connection)?;
            ports.let_go();
            let mut process = Group::spawn(&mut command)?;
            let words = listen(&mut process);
            let connection = &ports.connection;
            let address = (connection.ip.as_str(), connection.iopub_port);
            // The port that it opens last; it ends at once when another has taken one.
            while process.ended().is_none() {
                if TcpStream::connect(address).is_ok() {
                    let connection = connection.clone();
                    let offer =
                        Offer { connection, process: process.child().id(), folder: warm.path().to_owned() };
                    return Ok(Self { offer, process, words, warm });
                }
                thread::sleep(LOOK);
            }
            let words = text_of(&words);
            if !words.contains("in use") {
                bail!("the Rust kernel could not be started:\n{words}");
            }
        }
        bail!("the Rust kernel found no free port")
    }

    /// From now on it ends when the lock on `front` is free.
    fn end_with(&self, front: PathBuf) {
        let group = self.offer.process;
        thread::spawn(move || {
            if let (Some(folder), Some(name)) = (front.parent(), front.file_name()) {
                let _lock = Lock::quietly(folder, &name.to_string_lossy(), false);
                crate::process::kill(group);
            }
        });
    }

    /// Waits for its end; gives its last words.
    fn wait(&mut self) -> Result<String> {
        let status = self.process.wait()?;
        let words = text_of(&self.words);
        Ok(format!("the Rust kernel ended ({status})\n{words}").trim().to_owned())
    }

    /// Removes what it leaves. Processes that were just killed may still write.
    fn clean(self) {
        let Self { offer, mut process, warm, .. } = self;
        process.end();
        drop(warm);
        let start = Instant::now();
        while files::remove(&offer.folder).is_err() && start.elapsed() < Duration::from_secs(5) {
            thread::sleep(LOOK * 5);
        }
    }
}

fn prepare(project: &Project, warm: &WarmFolder, connection: &ConnectionInfo) -> Result<Command> {
    let file = warm.path().join("connection.json");
    files::write_whole(&file, &serde_json::to_vec(connection)?)?;
    let mut command = super::evcxr(project, warm, &file, Behind::Front);
    if !Path::new(command.get_program()).is_file() {
        bail!("the Rust kernel is not built: run `cargo lab setup`");
    }
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    end_with_this_process(&mut command);
    Ok(command)
}

/// Has the system end the kernel should this process be killed.
#[cfg(target_os = "linux")]
fn end_with_this_process(command: &mut Command) {
    use nix::sys::{prctl::set_pdeathsig, signal::Signal};
    // SAFETY: between fork and exec this makes one system call, and allocates nothing.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(command, || Ok(set_pdeathsig(Signal::SIGKILL)?));
    }
}

#[cfg(not(target_os = "linux"))]
fn end_with_this_process(_command: &mut Command) {}

/// Keeps the kernel's last words, and passes on what it compiles.
fn listen(process: &mut Group) -> Arc<Mutex<VecDeque<String>>> {
    let words = Arc::new(Mutex::new(VecDeque::new()));
    if let Some(stderr) = process.child().stderr.take() {
        let words = Arc::clone(&words);
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(std::io::Result::ok) {
                if let Some(what) = line.trim().strip_prefix("Compiling ") {
                    say(&Word::Waiting(format!("compiling {what}")));
                }
                let mut words = words.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                words.push_back(line);
                if words.len() > WORDS {
                    words.pop_front();
                }
            }
        });
    }
    words
}

fn text_of(words: &Mutex<VecDeque<String>>) -> String {
    // The last are still on their way.
    thread::sleep(LOOK);
    let words = words.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    words.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The host of a kernel, as the front sees it.
#[derive(Debug)]
pub struct Link {
    /// Held for as long as the kernel is needed.
    _front: Lock,
}

/// Takes the standby, or starts a kernel; `hear` is told what the host says, and at its end that it ended.
///
/// # Errors
/// When no host can be started.
pub fn link(project: &Project, hear: impl Fn(Word) + Send + 'static) -> Result<Link> {
    if let Some((offer, front)) = standby::claim(project) {
        hear(Word::Offer(offer.clone()));
        thread::spawn(move || {
            // The host and the kernel itself hold it.
            let _lock = Lock::quietly(&offer.folder, super::warm::OWNER, false);
            hear(Word::Ended("the Rust kernel ended".to_owned()));
        });
        return Ok(Link { _front: front });
    }
    start(project, hear)
}

fn start(project: &Project, hear: impl Fn(Word) + Send + 'static) -> Result<Link> {
    let (file, front) = super::warm::front(project)?;
    let mut host = command(project)?;
    host.arg("--front").arg(file);
    // A group of its own: it outlives the front, which may be killed with its group, and cleans up.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut host, 0);
    host.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut host = host.spawn().context("the kernel's host could not be started")?;
    let words = host.stdout.take().context("the host's words cannot be heard")?;
    thread::spawn(move || {
        let (mut ended, mut kernel) = ("the kernel's host ended".to_owned(), None);
        for line in BufReader::new(words).lines().map_while(std::io::Result::ok) {
            match serde_json::from_str(&line) {
                Ok(Word::Ended(words)) => ended = words,
                Ok(word) => {
                    if let Word::Offer(offer) = &word {
                        kernel = Some(offer.folder.clone());
                    }
                    hear(word);
                }
                Err(_) => {}
            }
        }
        let _ = host.wait();
        // A host that was killed could not remove it.
        if let Some(folder) = kernel.filter(|folder| folder.is_dir()) {
            super::warm::remove_left(&folder);
        }
        hear(Word::Ended(ended));
    });
    Ok(Link { _front: front })
}

/// This program as a host, for whom is still to be said.
fn command(project: &Project) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe().context("this program does not know its path")?);
    command.arg("kernel-host").arg("--root").arg(project.root()).arg("--cache").arg(project.cache());
    Ok(command)
}
