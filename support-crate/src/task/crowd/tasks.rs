//! Tasks that wait, on a runtime with one thread.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::Semaphore;

use super::meter::Meter;
use super::room::{fit, of_small_things};
use super::{Crowd, Heads};
use crate::error::Error;
use crate::machine::Switches;
use crate::record::LIMIT;

/// Memory of one task, in kilobytes, with room to spare.
const TASK_KB: usize = 1;

/// Counts its owner as gone when it is dropped.
pub(super) struct Present(pub Arc<Heads>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.is_closed();
    }
}

/// `count` Tokio tasks on one thread that all wait for the same word, get it, and end.
///
/// # Errors
/// For no tasks at all, when the system gives no thread, or when they are not done within 20 s.
pub fn tasks(count: usize) -> Result<Crowd, Error> {
    let (opened, notes) = fit("tasks", count, &of_small_things(TASK_KB))?;
    let heads = Arc::new(Heads::default());
    let measured = on_a_loop("tasks that wait", || wait_for_the_word(opened, &heads))?;
    Ok(Crowd::gone("tasks", (count, opened), &heads, measured, notes))
}

async fn wait_for_the_word(count: usize, heads: &Arc<Heads>) -> Result<super::meter::Measured, Error> {
    let mut meter = Meter::start();
    let word = Arc::new(Semaphore::new(0));
    for _ in 0..count {
        let (present, word) = (Present(Arc::clone(heads)), Arc::clone(&word));
        tokio::spawn(async move {
            present.0.waits();
            // Nobody ever adds a permit: the semaphore is closed for all of them at once.
            if word.acquire().await.is_err() {
                present.0.is_answered();
            }
        });
    }
    until(|| heads.waiting() == count).await;
    meter.all_wait();
    word.close();
    until(|| heads.closed() == count).await;
    Ok(meter.all_gone(Switches::default()))
}

/// Lets the other tasks go on until `condition` holds.
async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

/// Runs `body` on a thread with a runtime of its own, for [`LIMIT`] at the longest.
pub(super) fn on_a_loop<T, F>(what: &str, body: impl FnOnce() -> F + Send) -> Result<T, Error>
where
    T: Send,
    F: Future<Output = Result<T, Error>>,
{
    let fault = |error| super::super::ask::trouble(what, &error);
    let late = |_| Error::TimeLimit { title: what.to_owned(), limit: LIMIT.as_secs_f64() };
    std::thread::scope(|scope| {
        let run = || {
            let runtime = Builder::new_current_thread().enable_all().build().map_err(fault)?;
            let answer = runtime.block_on(async { tokio::time::timeout(LIMIT, body()).await });
            runtime.shutdown_timeout(Duration::ZERO);
            answer.map_err(late)?
        };
        let thread = std::thread::Builder::new().spawn_scoped(scope, run).map_err(fault)?;
        thread.join().unwrap_or_else(|panic| {
            let says = crate::record::panic_text(panic.as_ref());
            Err(Error::Panicked { lane: what.to_owned(), says })
        })
    })
}
