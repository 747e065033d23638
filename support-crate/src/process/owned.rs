//! The child itself, owned by the parent: dropped while it lives, it is killed and reaped.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::time::Duration;

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::fork::PANICKED;
use super::output::Output;
use super::{Ending, alarm};
use crate::machine::now;
use crate::record::LaneWriter;

/// What a child printed: in its file while it lives, the text alone afterwards. A thousand children that have ended
/// would otherwise keep two thousand descriptors open.
enum Kept {
    File(Output),
    Text(String, u64),
}

/// One child.
pub(super) struct Process {
    pid: Pid,
    /// Its lane, to say how it ended.
    lane: LaneWriter,
    output: RefCell<Kept>,
    /// Becomes readable when the child ends; `None` on kernels before 5.3.
    handle: RefCell<Option<OwnedFd>>,
    ending: RefCell<Option<Ending>>,
    cpu: Cell<Option<Duration>>,
}

impl Process {
    /// Takes care of the child `pid` from now on.
    pub fn new(pid: Pid, lane: LaneWriter, output: Output) -> Self {
        alarm::add(pid.as_raw());
        // SAFETY: the call takes two numbers and gives a new file descriptor or -1.
        let handle = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
        // SAFETY: the descriptor is new and nobody else's.
        let handle = (handle >= 0).then(|| unsafe { OwnedFd::from_raw_fd(handle as i32) });
        let (output, handle) = (RefCell::new(Kept::File(output)), RefCell::new(handle));
        Self { pid, lane, output, handle, ending: RefCell::new(None), cpu: Cell::new(None) }
    }

    pub fn id(&self) -> u32 {
        self.pid.as_raw() as u32
    }

    /// At most until the run's time is up; then it is killed.
    pub fn wait(&self) -> Ending {
        let left = self.lane.deadline().saturating_sub(now());
        self.wait_within(Duration::from_nanos(left)).unwrap_or_else(|| self.end_with(Ending::OutOfTime))
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
            self.pause(Duration::from_nanos(left));
        }
    }

    /// Comes back when the child has ended, or some time has passed.
    fn pause(&self, limit: Duration) {
        match &*self.handle.borrow() {
            Some(handle) => {
                let milliseconds = limit.as_millis().clamp(1, 1000) as u16;
                let mut ended = [PollFd::new(handle.as_fd(), PollFlags::POLLIN)];
                let _ = poll(&mut ended, PollTimeout::from(milliseconds));
            }
            None => std::thread::sleep(limit.min(Duration::from_micros(500))),
        }
    }

    /// How it ended, if it has; it is reaped then.
    fn look(&self) -> Option<Ending> {
        if let Some(ending) = &*self.ending.borrow() {
            return Some(ending.clone());
        }
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        match waitid(Id::Pid(self.pid), flags) {
            Ok(WaitStatus::StillAlive) => None,
            Ok(_) => Some(self.reap(now())),
            // Somebody else, the learner's code for example, has waited for it.
            Err(_) => Some(self.settle(Ending::Code(-1), now())),
        }
    }

    /// Takes note of how it ended. Whatever it started itself and left in its group goes with it.
    fn reap(&self, moment: u64) -> Ending {
        let _ = killpg(self.pid, Signal::SIGKILL);
        alarm::remove(self.pid.as_raw());
        let mut status = 0;
        // SAFETY: all-zero is a value of this plain structure.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are to places of our own that live through the call.
        unsafe { libc::wait4(self.pid.as_raw(), &raw mut status, 0, &raw mut usage) };
        let time = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
        self.cpu.set(Some(time(usage.ru_utime) + time(usage.ru_stime)));
        let panicked = || self.lane.panic_of_process();
        let ending = match WaitStatus::from_raw(self.pid, status) {
            Ok(WaitStatus::Signaled(_, Signal::SIGKILL, _)) if alarm::rang() => Ending::OutOfTime,
            Ok(WaitStatus::Signaled(_, signal, _)) => Ending::Killed(signal.as_str().to_owned()),
            Ok(WaitStatus::Exited(_, PANICKED)) => {
                panicked().map_or(Ending::Code(PANICKED), Ending::Panicked)
            }
            Ok(WaitStatus::Exited(_, code)) => Ending::Code(code),
            _ => Ending::Code(-1),
        };
        self.settle(ending, moment)
    }

    fn settle(&self, ending: Ending, moment: u64) -> Ending {
        let (text, beyond) = self.output();
        *self.output.borrow_mut() = Kept::Text(text, beyond);
        *self.handle.borrow_mut() = None;
        let says = (!ending.is_success()).then(|| ending.to_string());
        self.lane.process_ended(self.id(), moment, says.as_deref(), self.cpu.get());
        *self.ending.borrow_mut() = Some(ending.clone());
        ending
    }

    fn signal(&self, signal: Signal) -> bool {
        self.look().is_none() && kill(self.pid, signal).is_ok()
    }

    pub fn stop(&self) -> bool {
        // It stays a zombie until `look` reaps it, so waiting for "stopped or ended" always comes back.
        let either = WaitPidFlag::WSTOPPED | WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        self.signal(Signal::SIGSTOP)
            && matches!(waitid(Id::Pid(self.pid), either), Ok(WaitStatus::Stopped(..)))
    }

    pub fn resume(&self) -> bool {
        self.signal(Signal::SIGCONT)
    }

    /// Waits for a child that stops itself before its work. Whether it did; `false` when it ended instead.
    pub fn has_stopped(&self) -> bool {
        let either = WaitPidFlag::WSTOPPED | WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        matches!(waitid(Id::Pid(self.pid), either), Ok(WaitStatus::Stopped(..)))
    }

    pub fn kill(&self) -> Ending {
        if let Some(ending) = self.look() {
            return ending;
        }
        let _ = kill(self.pid, Signal::SIGKILL);
        // SIGKILL cannot be refused; this comes back as soon as the kernel has taken the child down.
        let _ = waitid(Id::Pid(self.pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
        self.reap(now())
    }

    /// Kills it and says `ending` of it, unless it had ended before.
    pub fn end_with(&self, ending: Ending) -> Ending {
        if let Some(before) = self.look() {
            return before;
        }
        self.kill();
        *self.ending.borrow_mut() = Some(ending.clone());
        ending
    }

    /// The beginning of what it printed, and how many bytes more there are.
    pub fn output(&self) -> (String, u64) {
        match &*self.output.borrow() {
            Kept::File(output) => output.text(),
            Kept::Text(text, beyond) => (text.clone(), *beyond),
        }
    }

    pub fn cpu_time(&self) -> Option<Duration> {
        if self.look().is_some() {
            return self.cpu.get();
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
