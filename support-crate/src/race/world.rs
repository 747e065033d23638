//! The state of one interleaving: what every thread is about to do, what the places hold, who has which mutex.
//!
//! It is used again for the next interleaving, with the room that it has; names are kept from the first one.

use std::cell::{Ref, RefCell};

use super::memory::Memory;
use super::step::{Access, Op};
use crate::error::Error;

/// Threads of one model.
pub(super) const THREADS: usize = 16;
/// Places, mutexes, things seen: of each.
const NAMES: usize = 64;

/// What a model has, by name.
#[derive(Debug, Default, Clone)]
pub(super) struct Names {
    pub threads: Vec<String>,
    pub places: Vec<String>,
    pub mutexes: Vec<String>,
    pub seen: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    /// One value for all.
    Shared(i64),
    /// The atomic with this number.
    Atomic(usize),
}

#[derive(Debug, Default)]
struct Thread {
    /// What it does when it is chosen; `None` when it is done.
    pending: Option<Op>,
    /// What that gave.
    answer: Option<i64>,
    /// Mutexes that it lets go of first, a step for each.
    letting_go: Vec<usize>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    threads: Vec<Thread>,
    places: Vec<Place>,
    /// Who has it.
    mutexes: Vec<Option<usize>>,
    seen: Vec<i64>,
    memory: Memory,
    spawned: usize,
    fault: Option<Error>,
}

#[derive(Debug, Default)]
pub(super) struct World {
    state: RefCell<State>,
    names: RefCell<Names>,
    title: String,
}

/// What a thread may do next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Next {
    /// Nothing: it is done.
    Done,
    /// Nothing before somebody lets go of this mutex.
    Blocked(usize),
    /// This, in so many ways.
    Can(Op, usize),
}

impl World {
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    pub fn names(&self) -> Ref<'_, Names> {
        self.names.borrow()
    }

    /// Back to the beginning.
    pub fn clear(&self) {
        let state = &mut *self.state.borrow_mut();
        for thread in &mut state.threads {
            (thread.pending, thread.answer) = (None, None);
            thread.letting_go.clear();
        }
        state.places.clear();
        state.mutexes.clear();
        state.seen.clear();
        state.memory.clear();
        (state.running, state.spawned) = (0, 0);
    }

    /// The model cannot be run as it is; the first reason counts.
    pub fn fault(&self, because: impl Into<String>) {
        let what = format!("the model \"{}\"", self.title);
        let fault = Error::NotPossible { what, because: because.into() };
        self.state.borrow_mut().fault.get_or_insert(fault);
    }

    pub fn has_fault(&self) -> bool {
        self.state.borrow().fault.is_some()
    }

    pub fn take_fault(&self) -> Option<Error> {
        self.state.borrow_mut().fault.take()
    }

    /// The `number`th of its kind is called `name`, as in every interleaving before.
    fn called(&self, of: impl Fn(&mut Names) -> &mut Vec<String>, what: &str, number: usize, name: &str) {
        let mut names = self.names.borrow_mut();
        let names = of(&mut names);
        match names.get(number) {
            Some(known) if known == name => {}
            Some(known) => self.fault(format!(
                "its {what} \"{known}\" was called \"{name}\" the next time: it must be the same each time it is run"
            )),
            None if names.iter().any(|other| other == name) => {
                self.fault(format!("it has two {what}s called \"{name}\": give each a name of its own"));
            }
            None if number >= NAMES => self.fault(format!("it has more than {NAMES} {what}s")),
            None => names.push(name.to_owned()),
        }
    }

    pub fn new_thread(&self, name: &str) -> usize {
        let number = {
            let state = &mut *self.state.borrow_mut();
            let number = state.spawned;
            state.spawned += 1;
            if number == state.threads.len() {
                state.threads.push(Thread::default());
            }
            number
        };
        if number >= THREADS {
            self.fault(format!(
                "it has more than {THREADS} threads; with four there are too many orders already"
            ));
        }
        let is_new = number >= self.names().threads.len();
        if is_new
            && (name.is_empty() || name.contains(|letter: char| letter.is_whitespace() || letter == ':'))
        {
            self.fault(format!(
                "its thread is called \"{name}\": a schedule names threads, so take one word without a colon"
            ));
        }
        self.called(|names| &mut names.threads, "thread", number, name);
        number
    }

    pub fn new_shared(&self, name: &str, value: i64) -> usize {
        self.new_place(name, Place::Shared(value))
    }

    pub fn new_atomic(&self, name: &str, value: i64) -> usize {
        let atomic = self.state.borrow_mut().memory.atomic(value);
        if atomic.is_none() {
            self.fault(format!("it has more than {} atomics", super::memory::ATOMICS));
        }
        self.new_place(name, atomic.map_or(Place::Shared(value), Place::Atomic))
    }

    fn new_place(&self, name: &str, place: Place) -> usize {
        let number = {
            let places = &mut self.state.borrow_mut().places;
            places.push(place);
            places.len() - 1
        };
        self.called(|names| &mut names.places, "shared thing", number, name);
        number
    }

    pub fn new_mutex(&self, name: &str) -> usize {
        let number = {
            let mutexes = &mut self.state.borrow_mut().mutexes;
            mutexes.push(None);
            mutexes.len() - 1
        };
        self.called(|names| &mut names.mutexes, "mutex", number, name);
        number
    }

    pub fn new_seen(&self, name: &str, value: i64) -> usize {
        let number = {
            let seen = &mut self.state.borrow_mut().seen;
            seen.push(value);
            seen.len() - 1
        };
        self.called(|names| &mut names.seen, "thing seen", number, name);
        number
    }

    /// The thread that is being polled.
    pub fn running(&self) -> usize {
        self.state.borrow().running
    }

    pub fn set_running(&self, thread: usize) {
        self.state.borrow_mut().running = thread;
    }

    /// The running thread says what it is about to do.
    pub fn announce(&self, op: Op) -> usize {
        let state = &mut *self.state.borrow_mut();
        let running = state.running;
        if state.threads[running].pending.replace(op).is_some() {
            let because = "one of its threads is about to do two things at once (join!, select!): spawn a thread for each";
            state.fault.get_or_insert(Error::NotPossible {
                what: format!("the model \"{}\"", self.title),
                because: because.to_owned(),
            });
        }
        running
    }

    pub fn answer(&self, thread: usize) -> Option<i64> {
        self.state.borrow_mut().threads[thread].answer.take()
    }

    pub fn withdraw(&self, thread: usize) {
        self.state.borrow_mut().threads[thread].pending = None;
    }

    /// Whether the thread is about to do something.
    pub fn is_pending(&self, thread: usize) -> bool {
        self.state.borrow().threads[thread].pending.is_some()
    }

    /// A guard was dropped: letting go is the thread's next step.
    pub fn lets_go(&self, thread: usize, mutex: usize) {
        self.state.borrow_mut().threads[thread].letting_go.push(mutex);
    }

    pub fn value(&self, place: usize) -> i64 {
        self.state.borrow().newest(place)
    }

    pub fn see(&self, number: usize, value: i64) {
        self.state.borrow_mut().seen[number] = value;
    }

    pub fn seen(&self, number: usize) -> i64 {
        self.state.borrow().seen[number]
    }

    pub fn holder(&self, mutex: usize) -> Option<usize> {
        self.state.borrow().mutexes[mutex]
    }

    /// What counts as the result of an interleaving: what was seen; or, where nothing is, what the places hold.
    pub fn outcome(&self, into: &mut Vec<i64>) {
        let state = self.state.borrow();
        into.clear();
        match state.seen.is_empty() {
            true => into.extend((0..state.places.len()).map(|place| state.newest(place))),
            false => into.extend(&state.seen),
        }
    }

    /// What a thread may do next.
    pub fn next(&self, thread: usize) -> Next {
        self.state.borrow().next(thread)
    }

    /// In how many ways each thread can go on, in order; gives their sum, or `None` where the model has a fault.
    pub fn ways(&self, into: &mut Vec<usize>) -> Option<usize> {
        let state = self.state.borrow();
        into.clear();
        let mut sum = 0;
        for thread in 0..state.spawned {
            let ways = state.ways(thread);
            sum += ways;
            into.push(ways);
        }
        state.fault.is_none().then_some(sum)
    }

    /// Does what the thread is about to do, in the way that reads the value `back` before the newest. Gives what was
    /// read, and whether the thread's code is to go on now.
    pub fn perform(&self, thread: usize, back: usize) -> (i64, bool) {
        let state = &mut *self.state.borrow_mut();
        let views = state.memory.is_used();
        if !state.threads[thread].letting_go.is_empty() {
            let mutex = state.threads[thread].letting_go.remove(0);
            state.mutexes[mutex] = None;
            if views {
                state.memory.publish(thread, 2 * mutex + 1);
            }
            return (0, false);
        }
        let answer = match state.threads[thread].pending.take() {
            Some(Op::Lock(mutex)) => {
                state.mutexes[mutex] = Some(thread);
                if views {
                    state.memory.learn(thread, 2 * mutex + 1);
                }
                0
            }
            Some(Op::Access { place, access, order }) => match state.places[place] {
                Place::Shared(old) => {
                    if let Some(new) = access.writes(old) {
                        state.places[place] = Place::Shared(new);
                    }
                    if views {
                        state.memory.learn(thread, 2 * place);
                        state.memory.publish(thread, 2 * place);
                    }
                    old
                }
                Place::Atomic(atomic) => {
                    let order = order.unwrap_or(std::sync::atomic::Ordering::SeqCst);
                    let old = state.memory.newest(atomic);
                    match access {
                        Access::Load => state.memory.load(thread, atomic, back, order),
                        Access::Store(value) => {
                            state.memory.store(thread, atomic, value, order);
                            value
                        }
                        _ => state.memory.modify(thread, atomic, access.writes(old), order),
                    }
                }
            },
            Some(Op::Unlock(_)) | None => 0,
        };
        state.threads[thread].answer = Some(answer);
        (answer, true)
    }
}

impl State {
    fn newest(&self, place: usize) -> i64 {
        match self.places[place] {
            Place::Shared(value) => value,
            Place::Atomic(atomic) => self.memory.newest(atomic),
        }
    }

    fn next(&self, thread: usize) -> Next {
        let this = &self.threads[thread];
        if let Some(mutex) = this.letting_go.first() {
            return Next::Can(Op::Unlock(*mutex), 1);
        }
        match this.pending {
            None => Next::Done,
            Some(Op::Lock(mutex)) if self.mutexes[mutex].is_some() => Next::Blocked(mutex),
            Some(op) => Next::Can(op, self.ways(thread)),
        }
    }

    /// In how many ways the thread can go on; 0 where it is done or blocked.
    fn ways(&self, thread: usize) -> usize {
        let this = &self.threads[thread];
        if !this.letting_go.is_empty() {
            return 1;
        }
        match &this.pending {
            None => 0,
            Some(Op::Lock(mutex)) => usize::from(self.mutexes[*mutex].is_none()),
            Some(Op::Access { place, access: Access::Load, order: Some(order) }) => match self.places[*place]
            {
                Place::Atomic(atomic) => self.memory.readable(thread, atomic, *order),
                Place::Shared(_) => 1,
            },
            Some(_) => 1,
        }
    }
}
