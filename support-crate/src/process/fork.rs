//! The copy itself, and what the child does before and after the learner's code.
//!
//! `fork` copies the one thread that calls it. A lock that another thread holds at that moment stays locked in the
//! copy for ever, the allocator's and stdout's among them (`fork(2)`, `pthread_atfork(3)`). So a process with other
//! threads is refused.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigHandler, Signal, raise, signal};
use nix::unistd::{ForkResult, Pid, dup2_stderr, dup2_stdin, dup2_stdout, getpid, getppid, setpgid};

use super::Shared;
use super::output::{Output, bound};
use crate::error::Error;
use crate::machine::now;
use crate::record::{LaneWriter, Recorder};

/// A thread that has been told to end gets this long to be gone.
const PATIENCE: Duration = Duration::from_millis(100);
/// The code of a Rust program that panicked.
pub(super) const PANICKED: i32 = 101;

/// Makes sure that this process has one thread.
///
/// # Errors
/// When it has more.
pub(super) fn alone() -> Result<(), Error> {
    let threads = || std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    let until = now() + PATIENCE.as_nanos() as u64;
    while threads() > 1 && now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    let count = threads();
    if count == 1 {
        return Ok(());
    }
    Err(Error::NotPossible {
        what: "copying this process with fork".to_owned(),
        because: format!(
            "it has {count} threads, and a copy gets only one of them: a lock that another thread holds would stay \
             locked in the copy for ever. Join your threads first; in a notebook, restart the kernel if an earlier \
             cell left some running"
        ),
    })
}

/// Forks; the child runs `body` and ends. Returns its number, in the parent only.
///
/// With `stopped` the child stops itself (SIGSTOP) before `body`.
///
/// # Errors
/// When this process has other threads, or the system gives no further process.
pub(super) fn fork(
    recorder: &Recorder,
    lane: &LaneWriter,
    output: &Output,
    stopped: bool,
    body: impl FnOnce(&LaneWriter),
) -> Result<Pid, Error> {
    alone()?;
    // What waits in a buffer would be written twice.
    let _ = (std::io::stdout().flush(), std::io::stderr().flush());
    let parent = getpid();
    // SAFETY: this process has one thread, so the copy is whole.
    match unsafe { nix::unistd::fork() } {
        Ok(ForkResult::Parent { child }) => {
            // The child does the same; whoever is first.
            let _ = setpgid(child, child);
            Ok(child)
        }
        Ok(ForkResult::Child) => live(recorder, lane, output, parent, stopped, body),
        Err(error) => Err(no_further(error)),
    }
}

/// The child's life: it never comes back from here, whatever `body` does.
fn live(
    recorder: &Recorder,
    lane: &LaneWriter,
    output: &Output,
    parent: Pid,
    stopped: bool,
    body: impl FnOnce(&LaneWriter),
) -> ! {
    if prepare(output, parent).is_err() {
        exit(PANICKED);
    }
    lane.process_begins();
    if stopped {
        let _ = raise(Signal::SIGSTOP);
    }
    // A panic is told to the parent, and shown by it.
    std::panic::set_hook(Box::new(|_| ()));
    let outcome = catch_unwind(AssertUnwindSafe(|| body(lane)));
    if let Err(payload) = &outcome {
        lane.process_panicked(&crate::record::panic_text(payload.as_ref()));
    }
    lane.close();
    // Where the learner closed stdout there is nothing to flush into.
    let _ = (std::io::stdout().flush(), std::io::stderr().flush());
    recorder.process_ends(std::process::id(), now());
    exit(if outcome.is_ok() { 0 } else { PANICKED })
}

/// Dies with the parent, speaks only into its own output, hears nothing, writes no large file.
fn prepare(output: &Output, parent: Pid) -> nix::Result<()> {
    set_pdeathsig(Signal::SIGKILL)?;
    if getppid() != parent {
        exit(PANICKED);
    }
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    super::alarm::forget_all();
    // SAFETY: the default action is no handler.
    unsafe { signal(Signal::SIGALRM, SigHandler::SigDfl) }?;
    let nothing = std::fs::File::open("/dev/null").map_err(|_| nix::Error::ENOENT)?;
    dup2_stdin(nothing)?;
    dup2_stdout(output.file())?;
    dup2_stderr(output.file())?;
    bound()
}

/// Ends this process without running what the parent registered for its own end.
fn exit(code: i32) -> ! {
    // SAFETY: ends the process; nothing of it is used any more.
    unsafe { nix::libc::_exit(code) }
}

/// What a child notes: when it began, in nanoseconds, and its own memory, in kilobytes.
pub(super) type Note = Shared<[AtomicU64; 2]>;

/// Forks a child that notes when it began and how much memory is its own, and comes back when it is gone.
///
/// # Errors
/// When the system gives no further process.
pub(super) fn fork_and_note(note: &Note) -> Result<(), Error> {
    // SAFETY: this process has one thread, as the caller made sure, so the copy is whole.
    match unsafe { nix::unistd::fork() } {
        Ok(ForkResult::Parent { child }) => {
            let _ = nix::sys::wait::waitpid(child, None);
            Ok(())
        }
        Ok(ForkResult::Child) => {
            note[0].store(now(), Ordering::Relaxed);
            if note[1].load(Ordering::Relaxed) == 0 {
                note[1].store(own_memory(), Ordering::Relaxed);
            }
            exit(0)
        }
        Err(error) => Err(no_further(error)),
    }
}

/// Kilobytes that are this process's own: pages it has written to, and the tables that say where its pages are.
fn own_memory() -> u64 {
    let sum = |file: &str, names: &[&str]| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let lines = text.lines().filter(|line| names.iter().any(|name| line.starts_with(name)));
        lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>()
    };
    sum("/proc/self/smaps_rollup", &["Private_Dirty:"]) + sum("/proc/self/status", &["VmPTE:"])
}

fn no_further(error: nix::Error) -> Error {
    Error::NotPossible {
        what: "one more process".to_owned(),
        because: format!("the system gives no further one ({error})"),
    }
}
