//! The whole loop: timers, sockets and a ready queue, on one thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::bell::Bell;
use super::queue::{Queue, Task};
use super::run::EventLoop;
use super::socket::Sockets;
use super::timer::Timers;

/// What the tasks of a loop need of it: where wakes go, who sleeps, who waits for a socket.
#[derive(Clone)]
pub struct Loop {
    /// Who is ready.
    pub queue: Arc<Queue>,
    /// Who sleeps.
    pub timers: Arc<Timers>,
    /// Who waits for a socket.
    pub sockets: Arc<Sockets>,
}

impl Loop {
    /// A loop for the calling thread; the other end of its ready queue; and what the system reports its sockets through.
    ///
    /// # Errors
    /// What the system says, for example that no file descriptor is left.
    pub fn new() -> io::Result<(Self, Receiver<Arc<Task>>, mio::Poll)> {
        let ((ready, woken), system) = (channel(), mio::Poll::new()?);
        let queue = Arc::new(Queue { ready, open: 0.into(), bell: Bell::new(&system)? });
        let sockets = Arc::new(Sockets::new(&system)?);
        Ok((Self { queue, timers: Arc::default(), sockets }, woken, system))
    }
}

/// Polls whoever was woken, and parks in the system's call for sockets while there is nobody, until all tasks are done.
pub fn run_loop(run: &EventLoop, own: &Loop, woken: Receiver<Arc<Task>>, mut system: mio::Poll) {
    let mut events = mio::Events::with_capacity(256);
    while own.queue.open.load(Relaxed) > 0 {
        let next = own.timers.fire();
        let batch: Vec<_> = woken.try_iter().collect();
        let time = if batch.is_empty() { next } else { Some(Duration::ZERO) };
        let _ = run.parks(time, |at_most| system.poll(&mut events, Some(at_most)));
        events.iter().for_each(|event| own.sockets.wake(event.token()));
        batch.into_iter().for_each(Task::poll);
    }
}

/// A loop for the calling thread. `begin` spawns its first tasks; what it gives back is kept until all tasks are done.
///
/// # Errors
/// What `begin` says, or the system.
pub fn on_loop<T>(run: &EventLoop, begin: impl FnOnce(&Loop) -> io::Result<T>) -> io::Result<()> {
    let (own, woken, system) = Loop::new()?;
    let _kept = begin(&own)?;
    run_loop(run, &own, woken, system);
    Ok(())
}
