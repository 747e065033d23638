//! An operation on something shared, as a future: it is announced, and answered once its thread is chosen.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use super::world::World;

/// What a thread is about to do, and to which place or mutex (by number).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Op {
    /// On a place; `order` is `None` for a [`SharedCell`](super::SharedCell).
    Access {
        place: usize,
        access: Access,
        order: Option<Ordering>,
    },
    Lock(usize),
    Unlock(usize),
}

/// What is done to a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Access {
    Load,
    Store(i64),
    Add(i64),
    Swap(i64),
    CompareExchange(i64, i64),
}

impl Access {
    /// What the place holds afterwards, where it held `old`; `None` where it is not written.
    pub fn writes(self, old: i64) -> Option<i64> {
        match self {
            Self::Load => None,
            Self::Store(new) | Self::Swap(new) => Some(new),
            Self::Add(by) => Some(old.wrapping_add(by)),
            Self::CompareExchange(expected, new) => (old == expected).then_some(new),
        }
    }
}

impl fmt::Display for Access {
    /// "store(1)".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Load => write!(out, "load()"),
            Self::Store(value) => write!(out, "store({value})"),
            Self::Add(by) if by < 0 => write!(out, "fetch_sub({})", by.unsigned_abs()),
            Self::Add(by) => write!(out, "fetch_add({by})"),
            Self::Swap(value) => write!(out, "swap({value})"),
            Self::CompareExchange(expected, new) => write!(out, "compare_exchange({expected}, {new})"),
        }
    }
}

/// An operation on something shared that is about to be done; a future. Pending when polled first; ready, with what the
/// operation gave, once its thread was chosen.
#[must_use = "nothing is done before it is awaited"]
pub struct Step<'run, T> {
    world: &'run World,
    op: Op,
    /// The thread that announced it; `None` before that, and when it was answered.
    of: Option<usize>,
    gives: fn(i64) -> T,
}

impl<'run, T> Step<'run, T> {
    pub(super) fn new(world: &'run World, op: Op, gives: fn(i64) -> T) -> Self {
        Self { world, op, of: None, gives }
    }
}

impl<T> Future for Step<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let Some(thread) = self.of else {
            self.of = Some(self.world.announce(self.op));
            return Poll::Pending;
        };
        match self.world.answer(thread) {
            Some(answer) => {
                self.of = None;
                Poll::Ready((self.gives)(answer))
            }
            None => Poll::Pending,
        }
    }
}

impl<T> Drop for Step<'_, T> {
    /// One that was announced and is dropped is not done.
    fn drop(&mut self) {
        if let Some(thread) = self.of {
            self.world.withdraw(thread);
        }
    }
}
