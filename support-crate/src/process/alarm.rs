//! The time limit for a parent that is stuck in the learner's code, reading a pipe that never ends for example.
//!
//! A watching thread would make forks dangerous, so a timer of the system sends SIGALRM. At the limit all children
//! are killed: pipes to them end, and a parent that waited for them goes on. If that does not help, the process
//! that runs a notebook's cells ends itself, as [`record`](mod@crate::record)'s watchdog does.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigEvent, SigHandler, SigSet, SigevNotify, Signal, sigaction};
use nix::sys::timer::{Expiration, Timer, TimerSetTimeFlags};
use nix::time::ClockId;

use super::handle::Ticket;

/// Waits of this crate end at the limit by themselves and get this long to come back; between killing the children
/// and giving up lies as much again, and more.
const GRACE: Duration = Duration::from_secs(1);

/// The children that live, for a signal handler that may not allocate or lock; 0 is a free place.
static CHILDREN: [AtomicI32; 1024] = [const { AtomicI32::new(0) }; 1024];
/// Whether the children were killed already.
static RANG: AtomicBool = AtomicBool::new(false);
/// Whether this process runs a notebook's cells.
static NOTEBOOK: AtomicBool = AtomicBool::new(false);

/// From now on `child` is killed when the alarm rings.
pub(super) fn add(child: Ticket) {
    for place in &CHILDREN {
        if place.compare_exchange(0, child.0, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            return;
        }
    }
}

/// From now on it is not; to be called while its handle lives, so that the ticket is nobody else's.
pub(super) fn remove(child: Ticket) {
    for place in &CHILDREN {
        let _ = place.compare_exchange(child.0, 0, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Whether the children were killed because the run's time was up.
pub(super) fn rang() -> bool {
    RANG.load(Ordering::Relaxed)
}

/// In a forked child: its siblings are none of its business.
pub(super) fn forget_all() {
    CHILDREN.iter().for_each(|place| place.store(0, Ordering::Relaxed));
}

extern "C" fn ring(_: i32) {
    // Whoever was interrupted may be about to read its own.
    let error = Errno::last_raw();
    if !RANG.swap(true, Ordering::Relaxed) {
        for child in CHILDREN.iter().map(|place| place.load(Ordering::Relaxed)).filter(|child| *child != 0) {
            Ticket(child).send(Signal::SIGKILL, 0);
        }
    } else if NOTEBOOK.load(Ordering::Relaxed) {
        const SAYS: &[u8] = b"the run went on for longer than it may, although its children were killed: look for \
            a read or a loop in the parent that never ends.\nThe process that runs the cells was ended: run the \
            set-up cell and the cells above again.\n";
        // SAFETY: both calls are async-signal-safe, and the text is a constant.
        unsafe {
            libc::write(2, SAYS.as_ptr().cast(), SAYS.len());
            libc::_exit(1);
        }
    }
    Errno::set_raw(error);
}

/// Rings until it is dropped.
pub(super) struct Alarm {
    /// Gone before the old handler is back: SIGALRM without a handler ends the process.
    timer: Option<Timer>,
    before: SigAction,
}

impl Alarm {
    /// Sets the alarm; `None` where the system gives no timer.
    pub fn set(limit: Duration) -> Option<Self> {
        RANG.store(false, Ordering::Relaxed);
        NOTEBOOK.store(std::env::var_os("EVCXR_IS_RUNTIME").is_some(), Ordering::Relaxed);
        let action = SigAction::new(SigHandler::Handler(ring), SaFlags::SA_RESTART, SigSet::empty());
        // SAFETY: the handler calls only what is allowed in one.
        let before = unsafe { sigaction(Signal::SIGALRM, &action) }.ok()?;
        let event = SigEvent::new(SigevNotify::SigevSignal { signal: Signal::SIGALRM, si_value: 0 });
        let timer = Timer::new(ClockId::CLOCK_MONOTONIC, event).and_then(|mut timer| {
            let first = limit.saturating_add(GRACE);
            let rings = Expiration::IntervalDelayed(first.into(), (3 * GRACE).into());
            timer.set(rings, TimerSetTimeFlags::empty()).map(|()| timer)
        });
        match timer {
            Ok(timer) => Some(Self { timer: Some(timer), before }),
            Err(_) => {
                // SAFETY: puts back what was there.
                let _ = unsafe { sigaction(Signal::SIGALRM, &before) };
                None
            }
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.timer = None;
        RANG.store(false, Ordering::Relaxed);
        // SAFETY: puts back what was there.
        let _ = unsafe { sigaction(Signal::SIGALRM, &self.before) };
    }
}
