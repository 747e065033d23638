//! A child as the kernel knows it: by a descriptor that means this one process for ever (pidfd, `pidfd_open(2)`).
//!
//! A number means a process only until it is reaped, and the learner's code may reap: what is sent to the number after
//! that reaches whoever got it next. Before Linux 5.4, and where there are no more descriptors, the number has to do.

use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

/// Sends to the whole group of the process (`PIDFD_SIGNAL_PROCESS_GROUP`, Linux 6.9).
const TO_GROUP: u32 = 1 << 2;

/// A child, until it is dropped.
pub(super) struct Handle {
    pid: Pid,
    fd: Option<OwnedFd>,
}

impl Handle {
    /// Of a child that nobody has reaped yet.
    pub fn of(pid: Pid) -> Self {
        // SAFETY: the call takes two numbers and gives a new file descriptor or -1.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
        // SAFETY: the descriptor is new and nobody else's.
        let fd = (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as i32) });
        let looks = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        Self { pid, fd: fd.filter(|fd| waitid(Id::PIDFd(fd.as_fd()), looks) != Err(Errno::EINVAL)) }
    }

    /// What became of it, as `flags` ask.
    ///
    /// # Errors
    /// `ECHILD` when somebody else has reaped it.
    pub fn wait(&self, flags: WaitPidFlag) -> nix::Result<WaitStatus> {
        waitid(self.fd.as_ref().map_or(Id::Pid(self.pid), |fd| Id::PIDFd(fd.as_fd())), flags)
    }

    /// Comes back when it has ended, or some time has passed.
    pub fn pause(&self, limit: Duration) {
        match &self.fd {
            Some(fd) => {
                let milliseconds = limit.as_millis().clamp(1, 1000) as u16;
                let _ =
                    poll(&mut [PollFd::new(fd.as_fd(), PollFlags::POLLIN)], PollTimeout::from(milliseconds));
            }
            None => std::thread::sleep(limit.min(Duration::from_micros(500))),
        }
    }

    /// Whether the signal could be sent.
    pub fn signal(&self, signal: Signal) -> bool {
        self.ticket().send(signal, 0)
    }

    /// Kills what a child that is gone has left in its group, where the kernel can tell that group from a later one
    /// of its number.
    pub fn kill_left_behind(&self) {
        if self.fd.is_some() {
            self.ticket().send(Signal::SIGKILL, TO_GROUP);
        }
    }

    /// What a signal handler needs to reach it; good as long as the handle lives.
    pub fn ticket(&self) -> Ticket {
        Ticket(self.fd.as_ref().map_or(-self.pid.as_raw(), |fd| fd.as_raw_fd() + 1))
    }
}

/// A child in one number that is not 0: its descriptor plus one, or, where it has none, minus its process number.
#[derive(Clone, Copy)]
pub(super) struct Ticket(pub i32);

impl Ticket {
    /// Whether the signal could be sent. May be called in a signal handler.
    pub fn send(self, signal: Signal, flags: u32) -> bool {
        let nothing = std::ptr::null::<libc::siginfo_t>();
        if self.0 > 0 {
            // SAFETY: a call of the system that takes numbers and no pointer.
            let sent = unsafe {
                libc::syscall(libc::SYS_pidfd_send_signal, self.0 - 1, signal as i32, nothing, flags)
            };
            return sent == 0;
        }
        // SAFETY: as above; the first asks whether the number is still a child's, which it is until it was reaped.
        unsafe {
            let looks = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
            libc::waitid(libc::P_PID, -self.0 as libc::id_t, nothing.cast_mut(), looks) == 0
                && libc::kill(-self.0, signal as i32) == 0
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_child_is_reached_by_descriptor_and_by_number_until_it_is_reaped() {
        for by_number in [false, true] {
            let mut child = Command::new("sleep").arg("100").spawn().unwrap();
            let mut handle = Handle::of(Pid::from_raw(child.id() as i32));
            if by_number {
                handle.fd = None;
            }
            assert!(handle.signal(Signal::SIGKILL));
            assert_eq!(child.wait().unwrap().signal(), Some(Signal::SIGKILL as i32));
            assert!(!handle.signal(Signal::SIGKILL));
            assert_eq!(handle.wait(WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG), Err(Errno::ECHILD));
        }
    }
}
