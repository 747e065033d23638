//! Real sockets: tried at once, and tried again when the system says that they are ready.
//!
//! The system's call (epoll, kqueue, IOCP) reports a socket once when it *becomes* ready. So a task tries first and
//! leaves its waker only when the socket had nothing; the loop reads reports between polls, so none comes too early.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use mio::event::Source;
use mio::{Interest, Registry, Token};

/// Who waits for which socket.
pub struct Io {
    /// Tells the system which sockets to report.
    pub registry: Registry,
    /// By the socket's token.
    pub wakers: Mutex<HashMap<Token, Waker>>,
    /// How many sockets there have been.
    pub count: AtomicUsize,
}

/// A socket that tasks can wait for; at most one task at a time. Closing it, which dropping it does, ends the system's
/// reports; a waker left under its token stays until the loop is gone.
pub struct Socket<S: Source> {
    source: S,
    token: Token,
    /// Where it leaves the waker.
    pub io: Arc<Io>,
}

impl<S: Source> Socket<S> {
    /// Asks the system to report this socket.
    ///
    /// # Errors
    /// What the system says, for example that there are too many.
    pub fn new(io: &Arc<Io>, mut source: S) -> io::Result<Self> {
        let token = Token(io.count.fetch_add(1, Relaxed));
        io.registry.register(&mut source, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { source, token, io: io.clone() })
    }

    /// Does `attempt`, and again each time the socket becomes ready, until it no longer would block.
    ///
    /// # Errors
    /// What the last attempt says.
    pub async fn when_ready<T>(&mut self, mut attempt: impl FnMut(&mut S) -> io::Result<T>) -> io::Result<T> {
        let try_once = |context: &mut Context<'_>| match attempt(&mut self.source) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.io.wakers.lock().unwrap().insert(self.token, context.waker().clone());
                Poll::Pending
            }
            result => Poll::Ready(result),
        };
        poll_fn(try_once).await
    }
}
