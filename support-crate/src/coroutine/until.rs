//! How a moment of the clock is met to a few microseconds without burning a core.

use std::time::Duration;

use crate::machine::now;

/// A sleep ends up to so many nanoseconds late on a quiet machine (50 µs of timer slack and the way back onto the
/// core); for the last stretch the clock is watched instead.
const LATE: u64 = 200_000;

/// Keeps the calling thread until `moment` of the shared clock.
pub(super) fn until(moment: u64) {
    let left = moment.saturating_sub(now());
    if left > LATE {
        std::thread::sleep(Duration::from_nanos(left - LATE));
    }
    while now() < moment {
        std::hint::spin_loop();
    }
}
