//! A mutex of a model.

use super::step::{Op, Step};
use super::world::World;

/// A mutual exclusion lock of a model. A thread that wants it while somebody has it is blocked: it cannot be chosen.
#[derive(Clone, Copy)]
pub struct ModelMutex<'run> {
    world: &'run World,
    number: usize,
}

impl<'run> ModelMutex<'run> {
    pub(super) fn new(world: &'run World, number: usize) -> Self {
        Self { world, number }
    }

    /// Takes it. One step, which can be chosen while nobody has it.
    pub async fn lock(self) -> ModelGuard<'run> {
        let thread = self.world.running();
        Step::new(self.world, Op::Lock(self.number), |_| ()).await;
        ModelGuard { world: self.world, number: self.number, thread }
    }
}

/// A mutex that is held. Dropping this lets go of it, which is a step of the thread that had it: its next one.
#[must_use = "the lock is let go when this is dropped"]
pub struct ModelGuard<'run> {
    world: &'run World,
    number: usize,
    thread: usize,
}

impl Drop for ModelGuard<'_> {
    fn drop(&mut self) {
        self.world.lets_go(self.thread, self.number);
    }
}
