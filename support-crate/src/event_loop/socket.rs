//! Sockets for tasks: tried first, and again once the system says that they are ready.
//!
//! The system's call (epoll, kqueue, IOCP) reports a socket when something new comes, not for as long as something is
//! there. So a task tries first and leaves its waker only when the socket had nothing; the loop reads reports between
//! polls, so none comes too early.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use mio::event::Source;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use crate::record::locked;

/// The sockets of a loop, and who waits for which.
#[derive(Debug)]
pub struct Sockets {
    registry: Registry,
    wakers: Mutex<HashMap<Token, Waker>>,
    count: AtomicUsize,
}

impl Sockets {
    /// No sockets yet; those to come are reported by `poll`.
    ///
    /// # Errors
    /// What the system says, for example that no file descriptor is left.
    pub fn new(poll: &mio::Poll) -> io::Result<Self> {
        let registry = poll.registry().try_clone()?;
        Ok(Self { registry, wakers: Mutex::default(), count: AtomicUsize::new(0) })
    }

    /// Whoever waits for this socket is to be woken with `waker` once it is reported; of two the last.
    pub fn leave(&self, token: Token, waker: &Waker) {
        locked(&self.wakers).insert(token, waker.clone());
    }

    /// The system reported this socket: wakes whoever waits for it. Where nobody does, the report is lost.
    pub fn wake(&self, token: Token) {
        let waker = locked(&self.wakers).remove(&token);
        waker.into_iter().for_each(Waker::wake);
    }
}

/// A socket that one task at a time can wait for. Dropping it closes it, and takes its waker back.
#[derive(Debug)]
pub struct Socket<S: Source> {
    /// The socket itself, which never blocks: it answers [`WouldBlock`](io::ErrorKind::WouldBlock).
    pub source: S,
    /// What the system reports it under.
    pub token: Token,
    /// Where it leaves a waker.
    pub sockets: Arc<Sockets>,
}

impl<S: Source> Socket<S> {
    /// Asks the system to report this socket.
    ///
    /// # Errors
    /// What the system says, for example that there are too many.
    pub fn new(sockets: &Arc<Sockets>, mut source: S) -> io::Result<Self> {
        // The bell has the first.
        let token = Token(sockets.count.fetch_add(1, Relaxed) + 1);
        sockets.registry.register(&mut source, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { source, token, sockets: sockets.clone() })
    }

    /// Does `attempt`, and again each time the socket becomes ready, until it no longer would block.
    ///
    /// # Errors
    /// What the last attempt says.
    pub async fn when_ready<T>(&mut self, mut attempt: impl FnMut(&mut S) -> io::Result<T>) -> io::Result<T> {
        let try_once = |context: &mut Context<'_>| match attempt(&mut self.source) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.sockets.leave(self.token, context.waker());
                Poll::Pending
            }
            result => Poll::Ready(result),
        };
        poll_fn(try_once).await
    }
}

impl Socket<TcpListener> {
    /// Listens on the loop; connections that came before are accepted too.
    ///
    /// # Errors
    /// What the system says.
    pub fn listen(sockets: &Arc<Sockets>, listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Self::new(sockets, TcpListener::from_std(listener))
    }

    /// The next connection, once there is one.
    ///
    /// # Errors
    /// What the system says, for example that no file descriptor is left.
    pub async fn accept(&mut self) -> io::Result<Socket<TcpStream>> {
        let (stream, _) = self.when_ready(|listener| listener.accept()).await?;
        Socket::new(&self.sockets, stream)
    }
}

impl Socket<TcpStream> {
    /// Reads what has come, once something has; 0 bytes when the other side has closed.
    ///
    /// # Errors
    /// What the system says.
    pub async fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.when_ready(|stream| stream.read(bytes)).await
    }

    /// Writes as many of these bytes as go out at once, once there is room.
    ///
    /// # Errors
    /// What the system says.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.when_ready(|stream| stream.write(bytes)).await
    }

    /// What [`when_ready`](Self::when_ready) is made of: a try to read, which may answer
    /// [`WouldBlock`](io::ErrorKind::WouldBlock), and a place to leave a waker for the next report.
    pub fn by_hand(mut self) -> (impl FnMut(&mut [u8]) -> io::Result<usize> + Send, impl Fn(&Waker) + Send) {
        let (sockets, token) = (self.sockets.clone(), self.token);
        (move |bytes: &mut [u8]| self.source.read(bytes), move |waker: &Waker| sockets.leave(token, waker))
    }
}

impl<S: Source> Drop for Socket<S> {
    fn drop(&mut self) {
        let _ = self.sockets.registry.deregister(&mut self.source);
        // Outside the lock: what goes with the waker may be a task, and with it other sockets.
        let waker = locked(&self.sockets.wakers).remove(&self.token);
        drop(waker);
    }
}
