//! The [delay server](crate::task::delay_server) in a process of its own.
//!
//! It is a thread, and a process with a second thread may not be forked; nor is what it costs the learner's tool's.

use std::net::SocketAddr;

use crate::error::Error;

/// A delay server in a process of its own until it is dropped; made by [`kitchen`].
#[derive(Debug)]
pub struct Kitchen {
    address: SocketAddr,
    #[cfg(target_os = "linux")]
    process: nix::unistd::Pid,
}

/// Starts a delay server in a process of its own.
///
/// # Errors
/// When this process has other threads, when the system gives no process, no memory or no socket; where it is not Linux.
#[cfg(target_os = "linux")]
pub fn kitchen() -> Result<Kitchen, Error> {
    use std::net::Ipv4Addr;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::{Duration, Instant};

    /// What the child writes where it gets no socket: no port has this number.
    const NONE: u32 = u32::MAX;
    let port = crate::process::Shared::<AtomicU32>::new()?;
    let process = crate::process::fork_quietly(|| {
        super::raise_descriptors();
        let server = crate::task::delay_server();
        port.store(server.as_ref().map_or(NONE, |server| server.address().port().into()), Ordering::Release);
        while server.is_ok() {
            std::thread::sleep(Duration::from_secs(3600));
        }
        1
    })?;
    let begun = Instant::now();
    let mut kitchen = Kitchen { address: (Ipv4Addr::LOCALHOST, 0).into(), process };
    while begun.elapsed() < Duration::from_secs(10) {
        match port.load(Ordering::Acquire) {
            0 => std::thread::sleep(Duration::from_millis(1)),
            NONE => break,
            found => {
                kitchen.address.set_port(found as u16);
                return Ok(kitchen);
            }
        }
    }
    let because = "the system gave its process no socket, or no time".to_owned();
    Err(Error::NotPossible { what: "starting the kitchen".to_owned(), because })
}

/// Starts a delay server in a process of its own, where a system can.
///
/// # Errors
/// Always, here.
#[cfg(not(target_os = "linux"))]
pub fn kitchen() -> Result<Kitchen, Error> {
    Err(Error::NotPossible {
        what: "a kitchen in a process of its own".to_owned(),
        because: "the lessons on processes use calls that only Linux has".to_owned(),
    })
}

impl Kitchen {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `asked`, or as many connections as a process may have open here; then it prints why they are fewer.
    pub fn room_for(&self, asked: usize) -> usize {
        let (there, why) = super::room_for(asked, 2);
        why.iter().for_each(|why| println!("{why}"));
        there
    }
}

#[cfg(target_os = "linux")]
impl Drop for Kitchen {
    fn drop(&mut self) {
        use nix::sys::{signal, wait};
        // It is this process' own child, and nobody else waits for it: the number is still its own.
        let _ = signal::kill(self.process, signal::Signal::SIGKILL);
        let _ = wait::waitpid(self.process, None);
    }
}
