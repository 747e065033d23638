//! What it costs to have a thread, a process, a coroutine, and to go over from one to another: measured, and nothing
//! recorded meanwhile. Lessons 03, 04, 10.
//!
//! | file | holds |
//! |---|---|
//! | `thread`, `process`, `coroutine` | [`cost::thread`](thread()), [`cost::process`](process()), [`cost::coroutine`](coroutine()): a [`Cost`] each |
//! | `switch` | [`cost::switch`](switch()): there and back between coroutines, and between threads |

mod coroutine;
mod process;
mod switch;
mod thread;

pub use coroutine::coroutine;
pub use process::process;
pub use switch::{Switch, switch};
pub use thread::thread;

use crate::error::Error;
use crate::machine::{Limit, now};
use crate::time::{MICROSECOND, Time};

/// What one thread, process or coroutine costs; each a median, the times in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// From asking for it to its first instruction.
    pub start: Time,
    /// From asking for it to knowing that it has ended.
    pub whole: Time,
    /// Memory of its own while it does nothing, in kilobytes, without what the kernel keeps about it.
    pub memory: f64,
}

/// Does `one` `count` times, each when the one before is gone, which gives the moment at which it began, for the times;
/// then asks for the `memory` of each of that many at once.
///
/// # Errors
/// When `count` is 0, or more than `limit` allows.
fn measure(
    (what, count): (&'static str, usize),
    limit: impl FnOnce() -> Limit,
    one: impl Fn() -> Result<u64, Error>,
    memory: impl FnOnce(usize) -> Result<f64, Error>,
) -> Result<Cost, Error> {
    check(what, count, limit)?;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let asked = now();
        let began = one()?.max(asked);
        times.push((began - asked, now() - asked));
    }
    let (start, whole) = (median(&times, |time| time.0), median(&times, |time| time.1));
    Ok(Cost { memory: memory(count)?, start, whole })
}

/// Whether `count` of something can be had.
fn check(what: &'static str, count: usize, limit: impl FnOnce() -> Limit) -> Result<(), Error> {
    if count == 0 {
        return Err(Error::NotPossible {
            what: format!("measuring 0 {what}"),
            because: "there is nothing to measure; ask for 1 or more".to_owned(),
        });
    }
    let Limit { count: most, because } = limit();
    if count > most { Err(Error::TooMany { what, limit: most, because }) } else { Ok(()) }
}

/// The middle one of some times in nanoseconds.
fn median<T>(times: &[T], of: impl Fn(&T) -> u64) -> Time {
    let middle = crate::timeline::middle(times.iter().map(of).collect());
    Time::of_nanos(middle.unwrap_or(0), MICROSECOND.unit())
}
