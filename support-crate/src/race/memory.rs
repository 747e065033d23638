//! What each thread may read, by the rules of release and acquire: every store leaves a message, every thread has a view.
//!
//! A view says, for each atomic, the oldest message that may still be read. Reading or writing one moves the own view on.
//! A release store takes the writer's view along in its message; an acquire load takes over the view that it finds there.
//! So who has acquired the flag cannot miss what was stored before the flag was released.

use std::sync::atomic::Ordering;

/// Atomics of one model.
pub(super) const ATOMICS: usize = 16;

/// The oldest message of each atomic that may still be read.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct View([u16; ATOMICS]);

impl View {
    fn join(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = (*own).max(other);
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Message {
    value: i64,
    /// What an acquire load that reads this learns; nothing where it was stored relaxed.
    released: View,
}

/// All messages of all atomics, and who knows of which.
#[derive(Debug, Default)]
pub(super) struct Memory {
    atomics: Vec<Vec<Message>>,
    /// How many of `atomics` are in use; the others keep their room for the next interleaving.
    used: usize,
    threads: Vec<View>,
    /// For each atomic the newest message that was stored with `SeqCst`.
    sequential: View,
    /// What whoever takes one of these next learns: mutexes and shared cells publish whatever was done before.
    published: Vec<View>,
}

fn acquires(order: Ordering) -> bool {
    matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}

impl Memory {
    /// Back to the beginning.
    pub fn clear(&mut self) {
        self.used = 0;
        self.threads.clear();
        self.published.clear();
        self.sequential = View::default();
    }

    /// Whether there is any atomic at all; if not, nobody has to keep a view.
    pub fn is_used(&self) -> bool {
        self.used > 0
    }

    /// A new atomic, known to all; `None` past the most there may be.
    pub fn atomic(&mut self, value: i64) -> Option<usize> {
        let number = self.used;
        if number == ATOMICS {
            return None;
        }
        if number == self.atomics.len() {
            self.atomics.push(Vec::new());
        }
        self.atomics[number].clear();
        self.atomics[number].push(Message { value, released: View::default() });
        self.used += 1;
        Some(number)
    }

    /// The newest value of an atomic.
    pub fn newest(&self, atomic: usize) -> i64 {
        self.atomics[atomic].last().map_or(0, |message| message.value)
    }

    fn view(&mut self, thread: usize) -> &mut View {
        if self.threads.len() <= thread {
            self.threads.resize(thread + 1, View::default());
        }
        &mut self.threads[thread]
    }

    /// How many messages a load of `atomic` by `thread` may read.
    pub fn readable(&self, thread: usize, atomic: usize, order: Ordering) -> usize {
        let known = self.threads.get(thread).map_or(0, |view| view.0[atomic]);
        let least = if order == Ordering::SeqCst { known.max(self.sequential.0[atomic]) } else { known };
        self.atomics[atomic].len() - usize::from(least)
    }

    /// Reads the message `back` before the newest.
    pub fn load(&mut self, thread: usize, atomic: usize, back: usize, order: Ordering) -> i64 {
        let number = self.atomics[atomic].len() - 1 - back;
        let message = self.atomics[atomic][number];
        let view = self.view(thread);
        view.0[atomic] = view.0[atomic].max(number as u16);
        if acquires(order) {
            view.join(&message.released);
        }
        message.value
    }

    /// A new message.
    pub fn store(&mut self, thread: usize, atomic: usize, value: i64, order: Ordering) {
        self.push(thread, atomic, value, order, View::default());
    }

    /// Reads the newest message and puts one right after it, which passes on what the one before it had published
    /// (a "release sequence").
    pub fn modify(&mut self, thread: usize, atomic: usize, new: Option<i64>, order: Ordering) -> i64 {
        let before = self.atomics[atomic].last().map_or(View::default(), |message| message.released);
        let old = self.load(thread, atomic, 0, order);
        if let Some(new) = new {
            self.push(thread, atomic, new, order, before);
        }
        old
    }

    fn push(&mut self, thread: usize, atomic: usize, value: i64, order: Ordering, mut released: View) {
        let number = self.atomics[atomic].len() as u16;
        let view = self.view(thread);
        view.0[atomic] = number;
        if releases(order) {
            released.join(view);
        }
        if order == Ordering::SeqCst {
            self.sequential.0[atomic] = number;
        }
        self.atomics[atomic].push(Message { value, released });
    }

    /// A thread learns all that was published through `place`.
    pub fn learn(&mut self, thread: usize, place: usize) {
        if let Some(published) = self.published.get(place).copied() {
            self.view(thread).join(&published);
        }
    }

    /// A thread publishes all that it knows through `place`.
    pub fn publish(&mut self, thread: usize, place: usize) {
        let view = *self.view(thread);
        if self.published.len() <= place {
            self.published.resize(place + 1, View::default());
        }
        self.published[place].join(&view);
    }
}
