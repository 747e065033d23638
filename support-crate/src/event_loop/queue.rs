//! A ready queue, and a waker that fills it. Nothing is polled that nobody woke.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, Weak};
use std::task::Context;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::task::ArcWake;

use super::run::LoopRun;

/// Who is to be polled next.
pub struct Queue {
    /// Tasks that were woken, in the order of their wakes.
    pub ready: Mutex<VecDeque<Arc<Task>>>,
    /// Tasks that are not done.
    pub open: AtomicUsize,
    /// Ends the loop's park; called after each wake.
    pub ring: Box<dyn Fn() + Send + Sync>,
}

/// A future, and the queue that it goes into when it is woken.
pub struct Task {
    /// `None` once it is done, so that a late wake finds nothing to poll.
    pub future: Mutex<Option<BoxFuture<'static, ()>>>,
    /// Where it goes; weak, because a task in the queue would keep the queue for ever.
    pub queue: Weak<Queue>,
}

impl ArcWake for Task {
    fn wake_by_ref(task: &Arc<Self>) {
        let Some(queue) = task.queue.upgrade() else { return };
        queue.ready.lock().unwrap().push_back(task.clone());
        (queue.ring)();
    }
}

/// A new task is ready at once: its first poll comes without a wake.
pub fn spawn(queue: &Arc<Queue>, future: impl Future<Output = ()> + Send + 'static) {
    queue.open.fetch_add(1, Relaxed);
    let future = Mutex::new(Some(future.boxed()));
    ArcWake::wake(Arc::new(Task { future, queue: Arc::downgrade(queue) }));
}

/// Polls each task that was in the queue, once; whoever is woken meanwhile has the next turn.
pub fn poll_ready(queue: &Queue) {
    let batch = std::mem::take(&mut *queue.ready.lock().unwrap());
    for task in batch {
        let waker = futures::task::waker_ref(&task);
        let mut slot = task.future.lock().unwrap();
        let Some(future) = slot.as_mut() else { continue };
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            *slot = None;
            queue.open.fetch_sub(1, Relaxed);
        }
    }
}

/// Polls whoever was woken, and parks while there is nobody, until all tasks are done.
///
/// `fire` wakes the sleepers that are due and says how long it is until the next; `park` waits, so long at most.
pub fn run_loop(
    run: &LoopRun,
    queue: &Queue,
    fire: impl Fn() -> Option<Duration>,
    mut park: impl FnMut(Duration),
) {
    while queue.open.load(Relaxed) > 0 {
        let (next, is_idle) = (fire(), queue.ready.lock().unwrap().is_empty());
        run.parks(if is_idle { next } else { Some(Duration::ZERO) }, &mut park);
        poll_ready(queue);
    }
}
