//! Threads that wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle, park};
use std::time::Duration;

use super::meter::Meter;
use super::room::{fewer, fit};
use super::tasks::Present;
use super::{Crowd, Heads};
use crate::error::Error;
use crate::machine::{Limit, Switches};

/// `count` threads that all wait to be unparked, are, and end; fewer where the machine has no room for so many.
///
/// # Errors
/// For no threads at all, or when the system gives not a single one.
pub fn threads(count: usize) -> Result<Crowd, Error> {
    let (fitting, mut notes) = fit("threads", count, &Limit::of_threads())?;
    let (heads, go) = (Arc::new(Heads::default()), Arc::new(AtomicBool::new(false)));
    let mut meter = Meter::start();
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for _ in 0..fitting {
        match start(&heads, &go) {
            Ok(thread) => threads.push(thread),
            Err(error) => {
                let because = format!("the system gives no further one ({error})");
                notes = vec![fewer("threads", threads.len(), count, &because)];
                break;
            }
        }
    }
    let opened = threads.len();
    while heads.waiting() < opened {
        std::thread::sleep(Duration::from_micros(200));
    }
    meter.all_wait();
    go.store(true, Ordering::Release);
    threads.iter().for_each(|thread| thread.thread().unpark());
    threads.into_iter().for_each(|thread| _ = thread.join());
    let measured = meter.all_gone(Switches::default());
    if opened == 0 {
        return Err(Error::NotPossible { what: "a crowd of threads".to_owned(), because: notes.concat() });
    }
    Ok(Crowd::gone("threads", (count, opened), &heads, measured, notes))
}

fn start(heads: &Arc<Heads>, go: &Arc<AtomicBool>) -> std::io::Result<JoinHandle<()>> {
    let (heads, go) = (Arc::clone(heads), Arc::clone(go));
    Builder::new().spawn(move || {
        let present = Present(heads);
        present.0.waits();
        while !go.load(Ordering::Acquire) {
            park();
        }
        present.0.is_answered();
    })
}
