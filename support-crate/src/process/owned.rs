//! The child itself, owned by the parent: dropped while it lives, it is killed and reaped.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use nix::libc;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus};
use nix::unistd::Pid;

use super::fork::PANICKED;
use super::handle::Handle;
use super::output::{MOST, Output, Printed};
use super::{Ending, Usage, alarm};
use crate::machine::now;
use crate::record::{LaneWriter, Recorder};

/// What a child printed: in its file while it lives, the text alone afterwards. A thousand children that have ended
/// would otherwise keep two thousand descriptors open.
enum Kept {
    File(Output),
    Text(Printed),
}

/// One child.
pub(super) struct Process {
    pid: Pid,
    recorder: Recorder,
    /// Its lane, to say how it ended; `None` for one whose threads have lanes instead.
    lane: Option<LaneWriter>,
    output: RefCell<Kept>,
    /// `None` once its ending is known: a thousand children would keep a thousand descriptors open.
    handle: RefCell<Option<Handle>>,
    ending: RefCell<Option<Ending>>,
    /// Whether it is killed because the run's time is up.
    out_of_time: Cell<bool>,
    usage: Cell<Option<Usage>>,
}

impl Process {
    /// Takes care of the child `pid` from now on.
    pub fn new(pid: Pid, recorder: Recorder, lane: Option<LaneWriter>, output: Output) -> Self {
        let handle = Handle::of(pid);
        alarm::add(handle.ticket());
        let (output, handle) = (RefCell::new(Kept::File(output)), RefCell::new(Some(handle)));
        let (ending, out_of_time, usage) = (RefCell::default(), Cell::default(), Cell::default());
        Self { pid, recorder, lane, output, handle, ending, out_of_time, usage }
    }

    pub fn id(&self) -> u32 {
        self.pid.as_raw() as u32
    }

    /// At most until the run's time is up; then it is killed.
    pub fn wait(&self) -> Ending {
        let left = self.recorder.deadline().saturating_sub(now());
        self.wait_within(Duration::from_nanos(left)).unwrap_or_else(|| {
            self.out_of_time.set(true);
            self.kill()
        })
    }

    pub fn wait_within(&self, limit: Duration) -> Option<Ending> {
        let until = now().saturating_add(limit.as_nanos() as u64);
        loop {
            if let Some(ending) = self.look() {
                return Some(ending);
            }
            let left = until.saturating_sub(now());
            if left == 0 {
                return None;
            }
            if let Some(handle) = &*self.handle.borrow() {
                handle.pause(Duration::from_nanos(left));
            }
        }
    }

    /// What became of it, as `flags` ask.
    fn ask(&self, flags: WaitPidFlag) -> nix::Result<WaitStatus> {
        self.handle.borrow().as_ref().map_or(Err(nix::Error::ECHILD), |handle| handle.wait(flags))
    }

    /// How it ended, if it has; it is reaped then.
    fn look(&self) -> Option<Ending> {
        if let Some(ending) = &*self.ending.borrow() {
            return Some(ending.clone());
        }
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        match self.ask(flags) {
            Ok(WaitStatus::StillAlive) => None,
            Ok(_) => Some(self.reap(now())),
            Err(_) => Some(self.settle(Ending::Taken, now())),
        }
    }

    /// Takes note of how it ended. Whatever it started itself and left in its group goes with it.
    fn reap(&self, moment: u64) -> Ending {
        let _ = killpg(self.pid, Signal::SIGKILL);
        let mut status = 0;
        // SAFETY: all-zero is a value of this plain structure.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are to places of our own that live through the call.
        if unsafe { libc::wait4(self.pid.as_raw(), &raw mut status, 0, &raw mut usage) } < 0 {
            return self.settle(Ending::Taken, moment);
        }
        self.usage.set(Some(Usage::from(&usage)));
        let ending = match WaitStatus::from_raw(self.pid, status) {
            Ok(WaitStatus::Signaled(_, Signal::SIGKILL, _)) if self.out_of_time.get() || alarm::rang() => {
                Ending::OutOfTime
            }
            Ok(WaitStatus::Signaled(_, signal, _)) => Ending::Killed(signal.as_str().to_owned()),
            Ok(WaitStatus::Exited(_, PANICKED)) => {
                self.panic().map_or(Ending::Code(PANICKED), Ending::Panicked)
            }
            Ok(WaitStatus::Exited(_, code)) => Ending::Code(code),
            _ => Ending::Code(-1),
        };
        self.settle(ending, moment)
    }

    /// What its panic said.
    fn panic(&self) -> Option<String> {
        let says = self.lane.as_ref()?.panic_of_process()?;
        let full = says.starts_with("failed printing") && self.output().is_full();
        Some(if full {
            format!("it printed more than {} MB, the most a child may", MOST >> 20)
        } else {
            says
        })
    }

    fn settle(&self, ending: Ending, moment: u64) -> Ending {
        let printed = self.output();
        *self.output.borrow_mut() = Kept::Text(printed);
        if let Some(handle) = self.handle.take() {
            alarm::remove(handle.ticket());
            handle.kill_left_behind();
        }
        self.recorder.process_ends(self.id(), moment);
        if let Some(lane) = &self.lane {
            let says = (!ending.is_success()).then(|| ending.to_string());
            lane.process_ended(moment, says.as_deref(), self.usage().map(|usage| usage.cpu));
        }
        *self.ending.borrow_mut() = Some(ending.clone());
        ending
    }

    fn signal(&self, signal: Signal) -> bool {
        self.look().is_none() && self.handle.borrow().as_ref().is_some_and(|handle| handle.signal(signal))
    }

    pub fn stop(&self) -> bool {
        // It stays a zombie until `look` reaps it, so waiting for "stopped or ended" always comes back.
        let either = WaitPidFlag::WSTOPPED | WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        self.signal(Signal::SIGSTOP) && matches!(self.ask(either), Ok(WaitStatus::Stopped(..)))
    }

    pub fn is_stopped(&self) -> bool {
        let looks = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        matches!(self.ask(looks), Ok(WaitStatus::Stopped(..)))
    }

    pub fn resume(&self) -> bool {
        self.signal(Signal::SIGCONT)
    }

    /// Waits for a child that stops itself before its work. Whether it did; `false` when it ended instead.
    pub fn has_stopped(&self) -> bool {
        let either = WaitPidFlag::WSTOPPED | WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        matches!(self.ask(either), Ok(WaitStatus::Stopped(..)))
    }

    pub fn terminate(&self) -> bool {
        self.signal(Signal::SIGTERM)
    }

    pub fn kill(&self) -> Ending {
        self.signal(Signal::SIGKILL);
        // SIGKILL cannot be refused; this comes back as soon as the kernel has taken the child down.
        let _ = self.ask(WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
        self.look().unwrap_or(Ending::Taken)
    }

    /// What it printed, or the beginning of it.
    pub fn output(&self) -> Printed {
        match &*self.output.borrow() {
            Kept::File(output) => output.printed(),
            Kept::Text(printed) => printed.clone(),
        }
    }

    /// What it used; `None` while it lives, and where somebody else has waited for it.
    pub fn usage(&self) -> Option<Usage> {
        self.usage.get()
    }

    pub fn cpu_time(&self) -> Option<Duration> {
        if self.look().is_some() {
            return self.usage().map(|usage| usage.cpu);
        }
        let clock = nix::time::clock_getcpuclockid(self.pid).ok()?;
        clock.now().ok().map(Duration::from)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
