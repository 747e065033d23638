//! Other programs: each is started in a process group of its own, heard line by line, and stopped whole.

use std::fmt;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, Once, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How many of a program's last lines an error repeats.
const LAST_WORDS: usize = 30;
/// How long programs that were asked to end may take for it.
const GRACE: Duration = Duration::from_secs(15);
/// How long the processes of a killed group may take to be gone.
const GONE: Duration = Duration::from_millis(500);
/// The exit code of a program that Ctrl-C ended, as shells have it.
const INTERRUPTED: u8 = 130;

static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static LISTENERS: AtomicUsize = AtomicUsize::new(0);
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Ctrl-C, or a request to end, came while something was being done.
#[derive(Debug)]
pub struct Interrupted;

impl Interrupted {
    /// The exit code that says so.
    pub const CODE: u8 = INTERRUPTED;
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped; what was done is kept: the same command goes on from here")
    }
}

impl std::error::Error for Interrupted {}

/// A program ended with an error.
#[derive(Debug)]
pub struct Failure {
    /// The program's name.
    pub program: String,
    /// How it ended.
    pub status: ExitStatus,
    /// The last lines it wrote.
    pub words: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ended with an error ({}):\n{}", self.program, self.status, self.words)
    }
}

impl std::error::Error for Failure {}

/// While it lives, Ctrl-C and a request to end stop every program started here, and then this one.
#[derive(Debug)]
pub struct Stoppable(());

impl Stoppable {
    /// Starts to listen.
    pub fn new() -> Self {
        static LISTEN: Once = Once::new();
        LISTENERS.fetch_add(1, Ordering::SeqCst);
        LISTEN.call_once(|| {
            thread::spawn(listen);
        });
        Self(())
    }
}

impl Default for Stoppable {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether Ctrl-C or a request to end came.
pub fn is_stopped() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

/// A child process, whose whole group is killed when this is dropped before the child has ended.
#[derive(Debug)]
pub struct Group {
    child: Child,
    ended: bool,
}

impl Group {
    /// Starts `command` in a process group of its own.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut groups = groups();
        if is_stopped() {
            bail!(Interrupted);
        }
        let name = name(command);
        let child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        groups.push(child.id());
        Ok(Self { child, ended: false })
    }

    /// The child.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the child's end.
    ///
    /// # Errors
    /// When the system cannot say how it ended.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait()?;
        self.forget();
        Ok(status)
    }

    /// How the child ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().ok().flatten();
        if status.is_some() {
            self.forget();
        }
        status
    }

    /// Kills the whole group, and waits until it is gone.
    pub fn end(&mut self) {
        let group = self.child.id();
        orphans::adopt();
        kill(group);
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.forget();
        let start = Instant::now();
        while orphans::are_left(group) && start.elapsed() < GONE {
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn forget(&mut self) {
        self.ended = true;
        groups().retain(|id| *id != self.child.id());
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.ended {
            self.end();
        }
    }
}

/// Runs `command` to its end, handing each line it writes to `hear`. A carriage return ends a line too, so that
/// progress bars are heard.
///
/// # Errors
/// [`Failure`] when it ends with an error, [`Interrupted`] when it was stopped.
pub fn run(command: &mut Command, hear: &mut dyn FnMut(&str)) -> Result<()> {
    let program = name(command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::spawn(command)?;
    let (sender, lines) = mpsc::channel();
    if let Some(stdout) = group.child().stdout.take() {
        send_lines(stdout, sender.clone());
    }
    if let Some(stderr) = group.child().stderr.take() {
        send_lines(stderr, sender);
    }
    let mut words: Vec<String> = Vec::new();
    for line in lines {
        hear(&line);
        if !is_progress(&line) {
            words.push(line);
        }
        if words.len() > LAST_WORDS {
            words.remove(0);
        }
    }
    let status = group.wait()?;
    if is_stopped() {
        bail!(Interrupted);
    } else if !status.success() {
        bail!(Failure { program, status, words: words.join("\n") });
    }
    Ok(())
}

/// What `command` prints, without the line end.
///
/// # Errors
/// When it cannot be started, or ends with an error.
pub fn answer(command: &mut Command) -> Result<String> {
    let program = name(command);
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("{program} cannot be started"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!(Failure { program, status: output.status, words });
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn is_progress(line: &str) -> bool {
    line.trim().is_empty() || line.contains("=> ") || line.contains(" ━")
}

fn send_lines(mut from: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    thread::spawn(move || {
        let mut line = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            for byte in &buffer[..length] {
                match byte {
                    b'\n' | b'\r' => {
                        let text = String::from_utf8_lossy(&line).into_owned();
                        let _ = to.send(console::strip_ansi_codes(&text).into_owned());
                        line.clear();
                    }
                    byte => line.push(*byte),
                }
            }
        }
        if !line.is_empty() {
            let _ = to.send(String::from_utf8_lossy(&line).into_owned());
        }
    });
}

fn groups() -> MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn listen() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    while runtime.block_on(signal()).is_ok() {
        // Outside of set-up and JupyterLab somebody else listens.
        if LISTENERS.load(Ordering::SeqCst) > 0 {
            stop();
        }
    }
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut end, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = end.recv() => Ok(()),
        _ = hang_up.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// The first time, asks every program to end; the second time, does not ask.
fn stop() {
    let groups = groups();
    let again = STOPPED.swap(true, Ordering::SeqCst);
    if groups.is_empty() || again {
        groups.iter().for_each(|group| kill(*group));
        let _ = writeln!(std::io::stderr(), "\n{Interrupted}");
        std::process::exit(INTERRUPTED.into());
    }
    groups.iter().for_each(|group| terminate(*group));
    // The thread that waits for the program sees its end, tidies up and leaves. This is for one that does not.
    thread::spawn(|| {
        thread::sleep(GRACE);
        self::groups().iter().for_each(|group| kill(*group));
        thread::sleep(Duration::from_secs(1));
        std::process::exit(INTERRUPTED.into());
    });
}

/// Asks every process of the group to end.
#[cfg(unix)]
pub fn terminate(group: u32) {
    send(group, nix::sys::signal::Signal::SIGTERM);
}

/// Ends every process of the group.
#[cfg(unix)]
pub fn kill(group: u32) {
    send(group, nix::sys::signal::Signal::SIGKILL);
}

/// Stops every process of the group in its tracks, or lets them go on.
#[cfg(unix)]
pub fn pause(group: u32, paused: bool) {
    use nix::sys::signal::Signal::{SIGCONT, SIGSTOP};
    send(group, if paused { SIGSTOP } else { SIGCONT });
}

#[cfg(unix)]
fn send(group: u32, signal: nix::sys::signal::Signal) {
    // 0 and 1 would mean this process's own group and everybody.
    if let Ok(group @ 2..) = i32::try_from(group) {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), signal);
    }
}

/// Asks every process of the group to end: the console's Ctrl-C has done that already.
#[cfg(not(unix))]
pub fn terminate(_group: u32) {}

/// Ends every process of the group: here the child alone can be ended, by its [`Group`].
#[cfg(not(unix))]
pub fn kill(_group: u32) {}

/// What a killed program had started.
#[cfg(unix)]
mod orphans {
    use nix::sys::signal::killpg;
    use nix::sys::wait::{WaitPidFlag, waitpid};
    use nix::unistd::Pid;

    /// From now on it becomes a child of this process, so that it can be waited for. In a container nobody else might.
    pub fn adopt() {
        #[cfg(target_os = "linux")]
        let _ = nix::sys::prctl::set_child_subreaper(true);
    }

    /// Whether any process of `group` is left, after taking leave of one that has ended.
    pub fn are_left(group: u32) -> bool {
        let Ok(group @ 2..) = i32::try_from(group) else { return false };
        let _ = waitpid(Pid::from_raw(-group), Some(WaitPidFlag::WNOHANG));
        killpg(Pid::from_raw(group), None).is_ok()
    }
}

/// Without process groups the child alone is killed.
#[cfg(not(unix))]
mod orphans {
    pub fn adopt() {}

    pub fn are_left(_group: u32) -> bool {
        false
    }
}

/// Stops every process of the group in its tracks: not possible here.
#[cfg(not(unix))]
pub fn pause(_group: u32, _paused: bool) {}
