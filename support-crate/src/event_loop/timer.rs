//! Timers: whoever sleeps leaves a waker with a deadline, and the loop parks until the earliest.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Who is to be woken when.
#[derive(Default)]
pub struct Timers {
    /// In the order in which they came.
    pub wakers: Mutex<Vec<(Instant, Waker)>>,
}

impl Timers {
    /// Wakes all that are due, in order of their deadlines; says how long it is until the next.
    pub fn fire(&self) -> Option<Duration> {
        let (now, mut wakers) = (Instant::now(), self.wakers.lock().unwrap());
        wakers.sort_by_key(|timer| timer.0);
        let due = wakers.partition_point(|timer| timer.0 <= now);
        wakers.drain(..due).for_each(|timer| timer.1.wake());
        wakers.first().map(|timer| timer.0 - now)
    }
}

/// Ready from a moment on. Each poll before it leaves a waker; dropping it leaves them behind until the deadline.
pub struct Sleep {
    /// The moment.
    pub until: Instant,
    /// Where it leaves its waker.
    pub timers: Arc<Timers>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.until {
            return Poll::Ready(());
        }
        self.timers.wakers.lock().unwrap().push((self.until, context.waker().clone()));
        Poll::Pending
    }
}
