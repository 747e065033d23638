//! What one forked process costs: time until it runs, time until it is reaped, memory of its own.

use super::Cost;
use crate::error::Error;

/// Forks this process `count` times, each time when the child before is gone. A child notes the time, looks at its
/// own memory, and ends; nothing is recorded, so that the cost is the kernel's alone.
///
/// # Errors
/// When `count` is 0 or more than the machine has room for, when this process has other threads, and on systems
/// other than Linux.
pub fn process(count: usize) -> Result<Cost, Error> {
    #[cfg(target_os = "linux")]
    return linux::process(count);
    #[cfg(not(target_os = "linux"))]
    Err(Error::NotPossible {
        what: format!("measuring {count} forks"),
        because: "the lessons on processes use calls that only Linux has".to_owned(),
    })
}

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::atomic::{AtomicU64, Ordering};

    use nix::sys::wait::waitpid;
    use nix::unistd::{ForkResult, fork};

    use crate::cost::{Cost, measure};
    use crate::error::Error;
    use crate::machine::{Limit, now};
    use crate::process::{Shared, alone, exit, no_further};

    pub fn process(count: usize) -> Result<Cost, Error> {
        alone()?;
        let note = Note::new()?;
        let read = |index: usize| note[index].load(Ordering::Relaxed);
        let one = || fork_and_note(&note).map(|()| read(0));
        // A child has looked at its own memory.
        measure(("processes", count), Limit::of_processes, one, |_| Ok(read(1) as f64))
    }

    /// What a child notes: when it began, in nanoseconds, and its own memory, in kilobytes.
    type Note = Shared<[AtomicU64; 2]>;

    /// Forks a child that notes when it began and how much memory is its own, and comes back when it is gone.
    ///
    /// # Errors
    /// When the system gives no further process.
    fn fork_and_note(note: &Note) -> Result<(), Error> {
        // SAFETY: this process has one thread, as the caller made sure, so the copy is whole.
        match unsafe { fork() } {
            Ok(ForkResult::Parent { child }) => {
                let _ = waitpid(child, None);
                Ok(())
            }
            Ok(ForkResult::Child) => {
                note[0].store(now(), Ordering::Relaxed);
                if note[1].load(Ordering::Relaxed) == 0 {
                    note[1].store(own_memory(), Ordering::Relaxed);
                }
                exit(0)
            }
            Err(error) => Err(no_further(error)),
        }
    }

    /// Kilobytes that are this process's own: pages it has written to, and the tables that say where its pages are.
    fn own_memory() -> u64 {
        let sum = |file: &str, names: &[&str]| {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            let lines = text.lines().filter(|line| names.iter().any(|name| line.starts_with(name)));
            lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>()
        };
        sum("/proc/self/smaps_rollup", &["Private_Dirty:"]) + sum("/proc/self/status", &["VmPTE:"])
    }
}
