//! What one forked process costs: time until it runs, time until it is reaped, memory of its own.

use crate::error::Error;
use crate::thread::Cost;
#[cfg(target_os = "linux")]
use crate::thread::{check, measure};

/// Forks this process `count` times, each time when the child before is gone. A child notes the time, looks at its
/// own memory, and ends; nothing is recorded, so that the cost is the kernel's alone.
///
/// # Errors
/// When `count` is 0 or more than the machine has room for, when this process has other threads, and on systems
/// other than Linux.
#[cfg(target_os = "linux")]
pub fn cost(count: usize) -> Result<Cost, Error> {
    use crate::machine::Limit;
    check("processes", count, Limit::of_processes)?;
    super::fork::alone()?;
    let note = super::Shared::new()?;
    let one = || {
        super::fork::fork_and_note(&note)?;
        Ok(note_of(&note)[0])
    };
    // Each child has looked at its own memory; the last one's note is still there.
    measure(count, one, |_| Ok(note_of(&note)[1] as f64))
}

/// The same, where it cannot be measured.
///
/// # Errors
/// Always, here.
#[cfg(not(target_os = "linux"))]
pub fn cost(_count: usize) -> Result<Cost, Error> {
    Err(Error::NotPossible {
        what: "measuring a fork".to_owned(),
        because: "the lessons on processes use calls that only Linux has".to_owned(),
    })
}

#[cfg(target_os = "linux")]
fn note_of(note: &super::fork::Note) -> [u64; 2] {
    [0, 1].map(|index| note[index].load(std::sync::atomic::Ordering::Relaxed))
}
