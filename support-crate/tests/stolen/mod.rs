//! The host of a virtual machine takes its cores away, and the kernel inside knows of no switch: it counts the time as
//! stolen, and charges it to nobody.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use crate::not_tested::not_tested;

/// As much of one core as may be stolen in a run whose times are still the kernel's doing.
const FEW: f64 = 0.02;
/// How often a run may be spoilt.
const TRIES: usize = 3;

/// Runs `test`, and again where it failed while more was stolen; in the end says that it could not be tested here. What
/// fails while nothing is stolen fails.
pub fn unless_stolen(name: &str, test: impl Fn()) {
    let mut part = 0.0;
    for _ in 0..TRIES {
        let (before, start) = (stolen(), Instant::now());
        let Err(panic) = catch_unwind(AssertUnwindSafe(&test)) else { return };
        part = (stolen() - before).as_secs_f64() / start.elapsed().as_secs_f64();
        if part <= FEW {
            resume_unwind(panic);
        }
        eprintln!("the host took {:.0} % of a core from this machine meanwhile", part * 100.0);
    }
    not_tested(format!(
        "{name}: the host of this virtual machine took {:.0} % of a core meanwhile",
        part * 100.0
    ));
}

/// What was taken from all cores since the machine began, by `/proc/stat`, in hundredths of a second (`USER_HZ`).
fn stolen() -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks = stat.lines().next().and_then(|all| all.split_whitespace().nth(8)?.parse().ok());
    Duration::from_millis(10 * ticks.unwrap_or(0))
}
