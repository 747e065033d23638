//! The copy itself, and what the child does before and after the learner's code.
//!
//! `fork` copies the one thread that calls it. A lock that another thread holds at that moment stays locked in the
//! copy for ever, the allocator's and stdout's among them (`fork(2)`, `pthread_atfork(3)`). So a process with
//! [other threads](super::others) is refused.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigHandler, Signal, raise, signal};
use nix::unistd::{ForkResult, Pid, dup2_stderr, dup2_stdin, dup2_stdout, getpid, getppid, setpgid};

use super::others::alone;
use super::output::{LARGEST_FILE, Output, bound};
use crate::error::Error;
use crate::machine::now;
use crate::record::{LaneWriter, Recorder};

/// The code of a Rust program that panicked.
pub(super) const PANICKED: i32 = 101;

/// Forks; the child does what `life` says, and ends with the code that it gives, or with [`PANICKED`]. Returns the
/// child's number, in the parent only.
///
/// # Errors
/// When this process has other threads, or the system gives no further process.
pub(super) fn fork(output: &Output, life: impl FnOnce() -> i32) -> Result<Pid, Error> {
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
        Ok(ForkResult::Child) => {
            if prepare(output, parent).is_err() {
                exit(PANICKED);
            }
            // A panic is told to the parent, and shown by it.
            std::panic::set_hook(Box::new(|_| ()));
            let code = catch_unwind(AssertUnwindSafe(life)).unwrap_or(PANICKED);
            // Where the learner closed stdout there is nothing to flush into.
            let _ = (std::io::stdout().flush(), std::io::stderr().flush());
            exit(code)
        }
        Err(error) => Err(no_further(error)),
    }
}

/// Forks a child without a lane; what it prints is kept nowhere. It dies with this process; whoever started it waits for it.
///
/// # Errors
/// As for a child with a lane.
pub(crate) fn fork_quietly(life: impl FnOnce() -> i32) -> Result<Pid, Error> {
    fork(&Output::new()?, life)
}

/// The life of a child with a lane, forked by the lane numbered `by`; with `stopped` it stops itself (SIGSTOP) before
/// `body`.
pub(super) fn live(
    recorder: &Recorder,
    lane: &LaneWriter,
    (by, stopped): (u32, bool),
    body: impl FnOnce(&LaneWriter),
) -> i32 {
    lane.process_begins(by);
    if stopped {
        let _ = raise(Signal::SIGSTOP);
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| body(lane)));
    if let Err(payload) = &outcome {
        lane.process_panicked(&crate::record::panic_text(payload.as_ref()));
    }
    lane.close();
    recorder.process_ends(std::process::id(), now());
    if outcome.is_ok() { 0 } else { PANICKED }
}

/// Dies with the parent, speaks only into its own output, hears nothing, and writes no endless file.
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
    bound(LARGEST_FILE)
}

/// Ends this process without running what the parent registered for its own end.
pub(crate) fn exit(code: i32) -> ! {
    // SAFETY: ends the process; nothing of it is used any more.
    unsafe { nix::libc::_exit(code) }
}

pub(crate) fn no_further(error: nix::Error) -> Error {
    Error::NotPossible {
        what: "one more process".to_owned(),
        because: format!("the system gives no further one ({error})"),
    }
}
