//! The whole loop: ready queue, timers and sockets, on one thread.

use std::io;
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use futures::Stream;
use mio::Token;
use mio::net::{TcpListener, TcpStream};

use super::queue::{Queue, run_loop};
use super::run::LoopRun;
use super::socket::{Io, Socket};
use super::timer::Timers;

/// What an event loop consists of; clones are handles for its tasks.
#[derive(Clone)]
pub struct Loop {
    /// Who is ready.
    pub queue: Arc<Queue>,
    /// Who sleeps.
    pub timers: Arc<Timers>,
    /// Who waits for a socket.
    pub io: Arc<Io>,
}

impl Loop {
    /// A loop for the calling thread, and what the system reports its sockets through.
    ///
    /// # Errors
    /// What the system says, for example that no file descriptor is left.
    pub fn new() -> io::Result<(Self, mio::Poll)> {
        let poll = mio::Poll::new()?;
        let (bell, home) = (mio::Waker::new(poll.registry(), Token(0))?, thread::current().id());
        let ring = move || {
            if thread::current().id() != home {
                bell.wake().unwrap();
            }
        };
        let queue = Queue { ready: Mutex::default(), open: 0.into(), ring: Box::new(ring) };
        let (registry, wakers) = (poll.registry().try_clone()?, Mutex::default());
        let io = Arc::new(Io { registry, wakers, count: 1.into() });
        Ok((Self { queue: Arc::new(queue), timers: Arc::default(), io }, poll))
    }
}

/// Runs the loop, which parks in the system's call for sockets.
pub fn run_sockets(run: &LoopRun, own: &Loop, mut poll: mio::Poll) {
    let mut events = mio::Events::with_capacity(256);
    let park = |at_most: Duration| {
        let _interrupted = poll.poll(&mut events, Some(at_most));
        for event in &events {
            let waker = own.io.wakers.lock().unwrap().remove(&event.token());
            waker.into_iter().for_each(Waker::wake);
        }
    };
    run_loop(run, &own.queue, || own.timers.fire(), park);
}

/// Connections as they come: ready many times, where a future is ready once.
pub fn incoming(listener: Socket<TcpListener>) -> impl Stream<Item = io::Result<Socket<TcpStream>>> {
    futures::stream::unfold(listener, |mut listener| async {
        let accepted = listener.when_ready(|listener| listener.accept()).await;
        Some((accepted.and_then(|(stream, _)| Socket::new(&listener.io, stream)), listener))
    })
}
