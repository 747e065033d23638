//! A ready queue, and a waker that fills it. Nothing is polled that nobody woke.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use futures::FutureExt;
use futures::future::{BoxFuture, Fuse};

use super::bell::Bell;

/// Where a wake goes.
pub struct Queue {
    /// Takes tasks that were woken; the loop has the other end.
    pub ready: Sender<Arc<Task>>,
    /// Tasks that are not done.
    pub open: AtomicUsize,
    /// Ends the loop's park.
    pub bell: Bell,
}

/// A future, and the queue that it goes into when it is woken.
pub struct Task {
    /// Fused: once it is done, a late wake finds nothing to poll.
    pub future: Mutex<Fuse<BoxFuture<'static, ()>>>,
    /// Where it goes.
    pub queue: Arc<Queue>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let _ = self.queue.ready.send(self.clone()); // fails only once the loop is gone
        self.queue.bell.ring();
    }
}

/// A new task is ready at once: its first poll comes without a wake.
pub fn spawn(queue: &Arc<Queue>, future: impl Future<Output = ()> + Send + 'static) {
    queue.open.fetch_add(1, Relaxed);
    let future = Mutex::new(future.boxed().fuse());
    Arc::new(Task { future, queue: queue.clone() }).wake();
}

impl Task {
    /// Polls the future once, unless it is done.
    pub fn poll(self: Arc<Self>) {
        let waker = Waker::from(self.clone());
        let answer = self.future.lock().unwrap().poll_unpin(&mut Context::from_waker(&waker));
        if answer.is_ready() {
            self.queue.open.fetch_sub(1, Relaxed);
        }
    }
}
