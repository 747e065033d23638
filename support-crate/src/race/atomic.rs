//! An atomic number of a model, whose operations name their ordering.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::cell::Value;
use super::step::{Access, Op, Step};
use super::world::World;

/// A place that keeps to the rules of C++ and Rust for release and acquire: a load may give an older value than the newest,
/// unless something that its thread knows of forbids that. Which it gives is one more choice of the explorer.
///
/// The rules are those of the promise-free part of J. Kang and others, "A Promising Semantics for Relaxed-Memory
/// Concurrency", POPL 2017: every store is a message, every thread has a view. Two things that C++ allows are therefore
/// not shown: a load that reads a store which comes later in both threads ("load buffering"), and stores of two threads
/// to one place in another order than the one in which they were made. `SeqCst` operations on one place are seen in one
/// order by all `SeqCst` loads.
///
/// Its methods panic like those of [`std::sync::atomic`] where an ordering makes no sense, such as a load with `Release`.
pub struct Atomic<'run, T> {
    world: &'run World,
    place: usize,
    value: PhantomData<T>,
}

impl<T> Clone for Atomic<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Atomic<'_, T> {}

impl<'run, T: Value> Atomic<'run, T> {
    pub(super) fn new(world: &'run World, place: usize) -> Self {
        Self { world, place, value: PhantomData }
    }

    /// Reads it: `Relaxed`, `Acquire` or `SeqCst`. One step.
    pub fn load(self, order: Ordering) -> Step<'run, T> {
        assert!(
            !matches!(order, Ordering::Release | Ordering::AcqRel),
            "there is no such thing as a load with {order:?}: take Acquire"
        );
        self.step(Access::Load, order, T::of)
    }

    /// Writes it: `Relaxed`, `Release` or `SeqCst`. One step.
    pub fn store(self, value: T, order: Ordering) -> Step<'run, ()> {
        assert!(
            !matches!(order, Ordering::Acquire | Ordering::AcqRel),
            "there is no such thing as a store with {order:?}: take Release"
        );
        self.step(Access::Store(value.number()), order, |_| ())
    }

    /// Adds `by`, and gives what was there before, always the newest. One step.
    pub fn fetch_add(self, by: T, order: Ordering) -> Step<'run, T> {
        self.step(Access::Add(by.number()), order, T::of)
    }

    /// Writes `value`, and gives what was there before, always the newest. One step.
    pub fn swap(self, value: T, order: Ordering) -> Step<'run, T> {
        self.step(Access::Swap(value.number()), order, T::of)
    }

    /// Writes `new` where `expected` was there; one ordering for both ways it can end. One step.
    ///
    /// # Errors
    /// What was there instead; then nothing is written.
    pub async fn compare_exchange(self, expected: T, new: T, order: Ordering) -> Result<T, T> {
        let (expected, new) = (expected.number(), new.number());
        let old = self.step(Access::CompareExchange(expected, new), order, |old| old).await;
        if old == expected { Ok(T::of(old)) } else { Err(T::of(old)) }
    }

    /// The newest value, without a step: for conditions of [`must`](super::Run::must), not for threads.
    pub fn now(self) -> T {
        T::of(self.world.value(self.place))
    }

    fn step<G>(self, access: Access, order: Ordering, gives: fn(i64) -> G) -> Step<'run, G> {
        Step::new(self.world, Op::Access { place: self.place, access, order: Some(order) }, gives)
    }
}
