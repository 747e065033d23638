//! [`record_program`]: a closure as the main thread of a process of its own.

use crate::error::Error;
use crate::record::LaneWriter;
use crate::timeline::Timeline;

/// Runs `body` as the main function of a program of its own, in a copy of this process. When it comes back the
/// program ends, and with it every thread that it started and did not join: their lanes end there.
///
/// Give each thread a lane of its own by [`LaneWriter::lane`]. What the program printed is printed when it has ended.
///
/// # Errors
/// As for [`record_processes`](super::record_processes).
pub fn record_program(title: impl Into<String>, body: impl FnOnce(&LaneWriter)) -> Result<Timeline, Error> {
    super::record_processes(title, |family| {
        family.fork("main", body);
    })
}
