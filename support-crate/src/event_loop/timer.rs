//! Timers: whoever sleeps leaves a waker under its deadline, and the loop parks until the earliest.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Who is to be woken when, the earliest first.
#[derive(Default)]
pub struct Timers {
    /// By deadline; where two sleepers have the same one, the addresses of their wakers differ.
    pub wakers: Mutex<BTreeMap<(Instant, usize), Waker>>,
}

impl Timers {
    /// Wakes all that are due, in order of their deadlines; says how long it is until the next.
    pub fn fire(&self) -> Option<Duration> {
        let (now, mut wakers) = (Instant::now(), self.wakers.lock().unwrap());
        let later = wakers.split_off(&(now, usize::MAX));
        let next = later.keys().next().map(|(until, _)| *until - now);
        std::mem::replace(&mut *wakers, later).into_values().for_each(Waker::wake);
        next
    }
}

/// Ready from a moment on. Dropping it leaves its waker behind until the deadline.
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
        let key = (self.until, context.waker().data() as usize);
        self.timers.wakers.lock().unwrap().insert(key, context.waker().clone());
        Poll::Pending
    }
}
