//! The other ends of a crowd's connections: accepts, greets, keeps them all, and answers when it is told to.
//!
//! Both ends of 10,000 connections are 20,000 descriptors, which is more than many machines let one process open. So
//! on Linux this end lives on a thread with a descriptor table of its own (`close_range(2)`, `CLOSE_RANGE_UNSHARE`);
//! each table has the limit for itself. In such a thread nothing may be touched that belongs to a runtime elsewhere:
//! waking it would write to a descriptor that means something else here. It speaks to the others through sockets and
//! atomics only, and sleeps instead of waiting on a poll set.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::machine::Switches;

/// What a guest is told when the connection was accepted.
pub(super) const GREETING: &[u8] = b"please wait\n";
/// What a guest is told at last.
pub(super) const ANSWER: &[u8] = b"your dish\n";

/// Between two looks, when nobody knocks.
const PAUSE: Duration = Duration::from_micros(200);
/// Guests who were answered have so long, all together, to close their connections.
const PATIENCE: Duration = Duration::from_secs(5);

/// The thread that keeps the other ends.
pub(super) struct FarEnd {
    pub address: SocketAddr,
    /// Whether its descriptors are counted apart from this process's others.
    pub apart: bool,
    orders: Arc<Orders>,
    thread: Option<JoinHandle<Report>>,
}

/// What the far end saw.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Report {
    pub answered: usize,
    pub closed: usize,
    pub switches: Switches,
}

#[derive(Default)]
struct Orders {
    answer: AtomicBool,
    over: AtomicBool,
}

impl FarEnd {
    /// # Errors
    /// When the system gives no socket or no thread.
    pub fn open() -> io::Result<Self> {
        let orders = Arc::new(Orders::default());
        let (opened, told) = channel();
        let shared = Arc::clone(&orders);
        let thread = Builder::new().name("far end".to_owned()).spawn(move || live(&shared, &opened))?;
        let opened = told.recv().unwrap_or_else(|_| Err(ErrorKind::Interrupted.into()));
        let (address, apart) = opened?;
        Ok(Self { address, apart, orders, thread: Some(thread) })
    }

    /// From now on everybody is answered.
    pub fn answer(&self) {
        self.orders.answer.store(true, Ordering::Release);
    }

    /// Waits until everybody who was answered has closed the connection; ends the thread.
    pub fn close(mut self) -> Report {
        self.end()
    }

    fn end(&mut self) -> Report {
        self.orders.over.store(true, Ordering::Release);
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        self.end();
    }
}

/// The thread's life.
fn live(orders: &Orders, opened: &Sender<io::Result<(SocketAddr, bool)>>) -> Report {
    let apart = own_table();
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok((listener.local_addr()?, listener))
    });
    let listener = match listener {
        Ok((address, listener)) => {
            let _ = opened.send(Ok((address, apart)));
            listener
        }
        Err(error) => {
            let _ = opened.send(Err(error));
            return Report::default();
        }
    };
    let guests = accept(&listener, orders);
    let mut report = answer(guests);
    report.switches = Switches::of_this_thread().unwrap_or_default();
    report
}

/// Accepts and greets until it is time to answer; nobody is answered when it is over before.
fn accept(listener: &TcpListener, orders: &Orders) -> Vec<TcpStream> {
    let mut guests = Vec::new();
    while !orders.answer.load(Ordering::Acquire) {
        match listener.accept() {
            Ok((mut guest, _)) => {
                // Its first twelve bytes always fit.
                if guest.write_all(GREETING).is_ok() {
                    guests.push(guest);
                }
            }
            Err(_) if orders.over.load(Ordering::Acquire) => return Vec::new(),
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
    guests
}

/// Answers all, then waits for each to close.
fn answer(guests: Vec<TcpStream>) -> Report {
    let mut report = Report::default();
    for mut guest in &guests {
        report.answered += usize::from(guest.write_all(ANSWER).is_ok());
    }
    let until = Instant::now() + PATIENCE;
    for mut guest in guests {
        // A timeout of nothing would be none at all.
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_micros(1));
        let _ = guest.set_nonblocking(false).and_then(|()| guest.set_read_timeout(Some(left)));
        report.closed += usize::from(match guest.read(&mut [0]) {
            Ok(bytes) => bytes == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        });
    }
    report
}

/// Gives the calling thread, which has opened nothing yet, a descriptor table of its own with standard input, output
/// and error in it. `false` where that cannot be had: then descriptors count together.
fn own_table() -> bool {
    #[cfg(target_os = "linux")]
    {
        use nix::libc;
        const FIRST: libc::c_uint = 3;
        const UNSHARE: libc::c_uint = 2;
        // SAFETY: the call copies the table for this thread and closes the descriptors from 3 in the copy only; this
        // thread owns none of them, and everybody else's stay open in theirs. Where it fails it does nothing.
        unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, UNSHARE) == 0 }
    }
    #[cfg(not(target_os = "linux"))]
    false
}
