//! The threads that stand in the way of a fork: how many there are, and whether an earlier cell left them.
//!
//! In a notebook a thread that never ends outlives the cell that started it, and every later fork would be refused.
//! Nobody can stop a thread, so then the process that runs the cells ends itself, as
//! [`record`](mod@crate::record)'s watchdog does, and later cells work again. A thread that the present cell started is
//! left to the cell. Each cell is a library of its own with a copy of this crate in it, so a cell begins when its copy
//! is loaded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use nix::unistd::{SysconfVar, sysconf};

use crate::error::Error;
use crate::machine::now;
use crate::record::watchdog::end_the_cells;

/// A thread that has been told to end gets this long to be gone.
const PATIENCE: Duration = Duration::from_millis(100);
/// One that an earlier cell left, before all variables go with it.
const LONG_PATIENCE: Duration = Duration::from_secs(2);

/// When this copy of the crate was loaded, in clock ticks since the machine started.
static LOADED: AtomicU64 = AtomicU64::new(0);

/// The loader calls what stands in this section as soon as it has loaded the library or the program.
#[used]
// SAFETY: the section holds pointers to functions, and this one needs nothing but the clock.
#[unsafe(link_section = ".init_array")]
static ON_LOAD: extern "C" fn() = {
    extern "C" fn note() {
        LOADED.store(ticks(), Ordering::Relaxed);
    }
    note
};

/// Clock ticks since the machine started, the unit in which the kernel notes when a thread began.
fn ticks() -> u64 {
    let second = sysconf(SysconfVar::CLK_TCK).ok().flatten().unwrap_or(100) as u64;
    let since = clock_gettime(ClockId::CLOCK_BOOTTIME).map(Duration::from).unwrap_or_default();
    since.as_secs() * second + u64::from(since.subsec_nanos()) * second / 1_000_000_000
}

/// One thread of this process beside the calling one.
struct Other {
    name: String,
    /// Clock ticks since the machine started.
    began: u64,
}

impl Other {
    /// From the folder of a thread in `/proc`; `None` when it has ended meanwhile.
    fn read(id: &str) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/self/task/{id}/stat")).ok()?;
        let (head, fields) = stat.rsplit_once(')')?;
        let name = head.split_once('(')?.1.to_owned();
        // The 22nd field of the line, see proc_pid_stat(5).
        let began = fields.split_whitespace().nth(19)?.parse().ok()?;
        Some(Self { name, began })
    }

    /// Whether it was there before the present cell. Outside of a notebook none was.
    fn is_left_over(&self) -> bool {
        self.began < LOADED.load(Ordering::Relaxed)
    }
}

/// All threads beside the calling one.
fn others() -> Vec<Other> {
    // By its number there, which is another than its own where `/proc` is that of other containers too.
    let calling = std::fs::read_link("/proc/thread-self").unwrap_or_default();
    let folders = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let names = folders.map(|folder| folder.file_name()).filter(|name| calling.file_name() != Some(name));
    names.filter_map(|name| Other::read(name.to_str()?)).collect()
}

/// Makes sure that this process has one thread.
///
/// # Errors
/// When it has more. Where an earlier cell of a notebook left one, the process that runs the cells ends here.
pub(crate) fn alone() -> Result<(), Error> {
    let asked = now();
    loop {
        let others = others();
        if others.is_empty() {
            return Ok(());
        }
        let left_over = others.iter().any(Other::is_left_over);
        let patience = if left_over { LONG_PATIENCE } else { PATIENCE };
        if now() - asked > patience.as_nanos() as u64 {
            let fault = refused(&others);
            if left_over {
                end_the_cells(&fault);
            }
            return Err(fault);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Why there is no fork, and what to do.
fn refused(others: &[Other]) -> Error {
    let names = |wanted: bool| {
        let names = others.iter().filter(|other| other.is_left_over() == wanted).take(3);
        names.map(|other| format!("\"{}\"", other.name)).collect::<Vec<_>>().join(", ")
    };
    let (earlier, own) = (names(true), names(false));
    let advice = if earlier.is_empty() {
        format!("Join {own} first")
    } else {
        format!(
            "An earlier cell left {earlier} running: mend it so that its thread comes to an end and is joined. A \
             deadlock and a loop without an end never do; a top-level `.await` leaves threads too"
        )
    };
    Error::NotPossible {
        what: "copying this process with fork".to_owned(),
        because: format!(
            "it has {} threads, and a copy gets only one of them: a lock that another thread holds would stay \
             locked in the copy for ever. {advice}",
            others.len() + 1
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_from_before_a_copy_was_loaded_are_told_from_those_after() {
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let body = move || (begun.send(()), held.recv());
        let early = std::thread::Builder::new().name("early".to_owned()).spawn(body).unwrap();
        // The name is there when the thread is.
        has_begun.recv().unwrap();
        let found = || others().into_iter().find(|other| other.name == "early").unwrap();
        let began = found().began;
        assert!(began >= LOADED.load(Ordering::Relaxed) && began <= ticks());
        assert!(LOADED.load(Ordering::Relaxed) > 0 && !found().is_left_over());
        let error = refused(&[found(), Other { name: "stuck".to_owned(), began: 0 }]).to_string();
        assert!(
            error.contains("3 threads") && error.contains("An earlier cell left \"stuck\" running"),
            "{error}"
        );
        drop(hold);
        early.join().unwrap().1.unwrap_err();
    }
}
