//! The last resort for a run that never ends, in a notebook.
//!
//! A thread cannot be stopped from outside. Where a learner's thread loops for ever, a notebook cell would hang and
//! burn a core until somebody interrupts the kernel. So after the limit the process that runs the cells ends itself,
//! which is what an interrupt does too: the kernel starts a fresh one at once, and only the variables are gone.

use std::fmt;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::{Failed, GRACE};

/// Watches over a run until it is dropped. Does nothing outside a notebook.
pub(super) struct Watchdog {
    _alive: Option<Sender<()>>,
}

impl Watchdog {
    /// After `limit`, and some patience, the process ends with these last words.
    pub fn watch(limit: Duration, last_words: impl FnOnce() -> Failed + Send + 'static) -> Self {
        if !in_a_notebook() {
            return Self { _alive: None };
        }
        let (alive, over) = channel::<()>();
        std::thread::spawn(move || {
            if over.recv_timeout(limit.saturating_add(2 * GRACE)) == Err(RecvTimeoutError::Timeout) {
                end_the_cells(&last_words());
            }
        });
        Self { _alive: Some(alive) }
    }
}

/// Whether this is the process that runs a notebook's cells; the kernel sets this variable for it.
pub(super) fn in_a_notebook() -> bool {
    std::env::var_os("EVCXR_IS_RUNTIME").is_some()
}

/// Says what went wrong, with the figure of what was recorded where it is [`Failed`], and ends the process that runs the
/// cells. Does nothing outside a notebook.
pub(crate) fn end_the_cells(fault: &dyn fmt::Debug) {
    if in_a_notebook() {
        eprintln!("{fault:?}");
        eprintln!(
            "The process that runs the cells was ended: run the set-up cell and the cells above again."
        );
        std::process::exit(1);
    }
}
