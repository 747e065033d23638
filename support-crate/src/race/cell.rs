//! Numbers of a model: shared ones, with a step for each operation; and what a thread saw, without any.

use std::marker::PhantomData;

use super::step::{Access, Op, Step};
use super::world::World;

/// What a place of a model can hold: whole numbers, and `bool`.
pub trait Value: Copy + 'static {
    /// The value as the model keeps it.
    fn number(self) -> i64;
    /// The value that the model kept as `number`.
    fn of(number: i64) -> Self;
}

macro_rules! values {
    ($($type:ty),*) => {$(
        impl Value for $type {
            fn number(self) -> i64 {
                self as i64
            }

            fn of(number: i64) -> Self {
                number as $type
            }
        }
    )*};
}

values!(u8, u32, u64, usize, i32, i64);

impl Value for bool {
    fn number(self) -> i64 {
        i64::from(self)
    }

    fn of(number: i64) -> Self {
        number != 0
    }
}

/// A place in the memory that the threads of a model share. Every operation is one step, which is there for all others at
/// once, as if there were one memory and no cache. (Orderings are the subject of [`Atomic`](super::Atomic).)
pub struct SharedCell<'run, T> {
    world: &'run World,
    place: usize,
    value: PhantomData<T>,
}

impl<T> Clone for SharedCell<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SharedCell<'_, T> {}

impl<'run, T: Value> SharedCell<'run, T> {
    pub(super) fn new(world: &'run World, place: usize) -> Self {
        Self { world, place, value: PhantomData }
    }

    /// Reads it. One step.
    pub fn load(self) -> Step<'run, T> {
        self.step(Access::Load, T::of)
    }

    /// Writes it. One step.
    pub fn store(self, value: T) -> Step<'run, ()> {
        self.step(Access::Store(value.number()), |_| ())
    }

    /// Adds `by`, and gives what was there before. One step: nobody comes in between.
    pub fn fetch_add(self, by: T) -> Step<'run, T> {
        self.step(Access::Add(by.number()), T::of)
    }

    /// Subtracts `by`, and gives what was there before. One step.
    pub fn fetch_sub(self, by: T) -> Step<'run, T> {
        self.step(Access::Add(by.number().wrapping_neg()), T::of)
    }

    /// Writes `value`, and gives what was there before. One step.
    pub fn swap(self, value: T) -> Step<'run, T> {
        self.step(Access::Swap(value.number()), T::of)
    }

    /// Writes `new` where `expected` was there. One step.
    ///
    /// # Errors
    /// What was there instead; then nothing is written.
    pub async fn compare_exchange(self, expected: T, new: T) -> Result<T, T> {
        let (expected, new) = (expected.number(), new.number());
        let old = self.step(Access::CompareExchange(expected, new), |old| old).await;
        if old == expected { Ok(T::of(old)) } else { Err(T::of(old)) }
    }

    /// What it holds, without a step: for conditions of [`must`](super::Run::must), not for threads.
    pub fn now(self) -> T {
        T::of(self.world.value(self.place))
    }

    fn step<G>(self, access: Access, gives: fn(i64) -> G) -> Step<'run, G> {
        Step::new(self.world, Op::Access { place: self.place, access, order: None }, gives)
    }
}

/// What a thread of a model writes down for us to see in the end. It is not shared, so writing it is no step.
pub struct Seen<'run, T> {
    world: &'run World,
    number: usize,
    value: PhantomData<T>,
}

impl<T> Clone for Seen<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seen<'_, T> {}

impl<'run, T: Value> Seen<'run, T> {
    pub(super) fn new(world: &'run World, number: usize) -> Self {
        Self { world, number, value: PhantomData }
    }

    /// Writes it down.
    pub fn set(self, value: T) {
        self.world.see(self.number, value.number());
    }

    /// What was written down last.
    pub fn now(self) -> T {
        T::of(self.world.seen(self.number))
    }
}
