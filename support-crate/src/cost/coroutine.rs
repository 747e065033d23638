//! What one coroutine costs: time until it runs, time until it is gone, memory while it stands still.

use corosensei::Coroutine;
use corosensei::stack::DefaultStack;

use super::{Cost, measure};
use crate::coroutine::STACK;
use crate::error::Error;
use crate::machine::{Limit, now};
use crate::thread::Memory;

/// A coroutine that says when it began, and then stands still until it is resumed again.
type Still = Coroutine<(), u64, ()>;

/// Makes `count` coroutines one after another, each when the one before is gone, for the times; then that many at once,
/// which all stand still after their first turn, for the memory.
///
/// # Errors
/// When `count` is 0 or more than the machine has room for.
pub fn coroutine(count: usize) -> Result<Cost, Error> {
    let one = || {
        let mut still = make()?;
        let began = still.resume(()).as_yield().unwrap_or_default();
        still.resume(());
        Ok(began)
    };
    measure(("coroutines", count), Limit::of_stacks, one, memory_each)
}

/// Memory that each of `count` coroutines adds to this process, in kilobytes.
fn memory_each(count: usize) -> Result<f64, Error> {
    let mut all = Vec::with_capacity(count);
    let before = Memory::now();
    for _ in 0..count {
        let mut still = make()?;
        still.resume(());
        all.push(still);
    }
    let grown = Memory::now().resident.saturating_sub(before.resident);
    all.iter_mut().for_each(|still| _ = still.resume(()));
    Ok(grown as f64 / count as f64)
}

fn make() -> Result<Still, Error> {
    let stack = DefaultStack::new(STACK).map_err(|error| Error::NotPossible {
        what: "one more coroutine".to_owned(),
        because: format!("the system gives no further stack ({error})"),
    })?;
    Ok(Still::with_stack(stack, |yielder, ()| yielder.suspend(now())))
}
