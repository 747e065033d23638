//! Processes whose own parent has ended while they live on, also in a session of their own (`setsid(2)`), where no signal to a
//! group reaches them. While an [`Orphans`] lives they become children of this process, and they end with it.

use nix::sys::prctl::{get_child_subreaper, set_child_subreaper};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

/// One that is killed may leave children of its own, which come here then: so often is looked again.
const GENERATIONS: usize = 100;

/// Adopts orphans until it is dropped.
pub(super) struct Orphans {
    others: Vec<Pid>,
    before: bool,
}

impl Orphans {
    /// From now on, orphans that descend from this process come here.
    pub fn adopt() -> Self {
        let before = get_child_subreaper().unwrap_or(false);
        let _ = set_child_subreaper(true);
        Self { others: children(), before }
    }
}

impl Drop for Orphans {
    fn drop(&mut self) {
        for _ in 0..GENERATIONS {
            let adopted: Vec<Pid> = children().into_iter().filter(|pid| !self.others.contains(pid)).collect();
            if adopted.is_empty() {
                break;
            }
            for pid in adopted {
                let _ = kill(pid, Signal::SIGKILL);
                let _ = waitpid(pid, None);
            }
        }
        let _ = set_child_subreaper(self.before);
    }
}

/// The children of this process, whose only thread this is; none where the kernel does not tell.
fn children() -> Vec<Pid> {
    let told = std::fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    told.split_whitespace().filter_map(|pid| pid.parse().ok().map(Pid::from_raw)).collect()
}
