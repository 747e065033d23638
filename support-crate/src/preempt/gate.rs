//! Where all threads of a run wait until the last one is there, so that none begins before the others.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant};

use crate::machine::now;

/// A gate that is opened once. A read-write lock, because opening it lets all readers in with one wake: with a
/// mutex they would pass one after another, and the first would be taken off the core holding it.
#[derive(Default)]
pub(super) struct Gate {
    /// Shut until everybody who takes part is known, with what they ask of the kernel.
    known: RwLock<()>,
    /// Shut until all of them are there.
    door: RwLock<()>,
    /// When the first passed; 0 until then. Not when the door was opened: whoever opens it may lose its core before
    /// anybody is woken.
    opened: AtomicU64,
    arrived: AtomicUsize,
    called_off: AtomicBool,
}

/// A gate that is held shut; dropping it opens the gate, also by a panic.
pub(super) struct Shut<'gate> {
    gate: &'gate Gate,
    known: Option<RwLockWriteGuard<'gate, ()>>,
    _door: RwLockWriteGuard<'gate, ()>,
}

impl Gate {
    /// Shuts the gate.
    pub fn shut(&self) -> Shut<'_> {
        let known = Some(self.known.write().unwrap_or_else(PoisonError::into_inner));
        Shut { gate: self, known, _door: self.door.write().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Waits until everybody who takes part is known.
    pub fn wait_until_known(&self) {
        drop(self.known.read().unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until the gate opens; when the first one passed it, in nanoseconds of the shared clock, unless all was
    /// called off.
    pub fn pass(&self) -> Option<u64> {
        self.arrived.fetch_add(1, Ordering::Release);
        drop(self.door.read().unwrap_or_else(PoisonError::into_inner));
        let passed = now();
        let first = self.opened.compare_exchange(0, passed, Ordering::Relaxed, Ordering::Relaxed);
        (!self.called_off.load(Ordering::Relaxed)).then_some(first.map_or_else(|first| first, |_| passed))
    }

    /// Nobody is to begin: whoever calls this before passing reaches all the others.
    pub fn call_off(&self) {
        self.called_off.store(true, Ordering::Relaxed);
    }
}

impl Shut<'_> {
    /// Everybody who takes part is known.
    pub fn all_known(&mut self) {
        self.known = None;
    }

    /// Opens the gate once `threads` wait at it, or after two seconds: some may not have begun at all.
    pub fn open(self, threads: usize) {
        let patience = Instant::now() + Duration::from_secs(2);
        while self.gate.arrived.load(Ordering::Acquire) < threads && Instant::now() < patience {
            std::thread::sleep(Duration::from_micros(200));
        }
        // From having arrived to really waiting it takes a moment more.
        std::thread::sleep(Duration::from_micros(500));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_passes_before_the_gate_opens_and_everybody_after() {
        let gate = Gate::default();
        std::thread::scope(|scope| {
            let shut = gate.shut();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| (gate.pass(), now()))).collect();
            let before = now();
            shut.open(8);
            for thread in threads {
                let (opened, passed) = thread.join().unwrap();
                assert!(opened.is_some_and(|opened| before <= opened && opened <= passed));
            }
        });
    }

    #[test]
    fn who_calls_it_off_reaches_everybody() {
        let gate = Gate::default();
        std::thread::scope(|scope| {
            let shut = gate.shut();
            let waits = scope.spawn(|| gate.pass());
            scope.spawn(|| {
                gate.call_off();
                gate.pass();
            });
            shut.open(2);
            assert_eq!(waits.join().unwrap(), None);
        });
    }
}
