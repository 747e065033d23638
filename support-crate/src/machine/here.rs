//! What this machine lets this process use.

use std::fmt;

/// What this machine lets this process use; shows itself as a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// The numbers of the cores this process may run on (on Linux `sched_getaffinity`).
    pub cores: Vec<usize>,
    /// The CPU quota of the container, in cores: 0.5 is half a core; `None` without one.
    pub quota: Option<f64>,
    /// The operating system and its version.
    pub system: String,
}

impl Machine {
    /// Reads the machine.
    pub fn here() -> Self {
        Self { cores: cores(), quota: quota(), system: system() }
    }

    /// Whether two threads can really run at the same moment here.
    pub fn is_parallel(&self) -> bool {
        self.cores.len() > 1 && self.quota.is_none_or(|quota| quota > 1.0)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.cores.len();
        write!(out, "{count} core{} for this process, {}", if count == 1 { "" } else { "s" }, self.system)?;
        match self.quota {
            Some(quota) => write!(
                out,
                ", with a CPU quota of {quota} cores: the kernel pauses all threads once it is used up"
            ),
            None => write!(out, ", no CPU quota"),
        }
    }
}

#[cfg(target_os = "linux")]
fn cores() -> Vec<usize> {
    let allowed = nix::sched::sched_getaffinity(nix::unistd::Pid::from_raw(0)).ok();
    let listed = |set: nix::sched::CpuSet| {
        (0..nix::sched::CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false)).collect()
    };
    allowed.map(listed).filter(|cores: &Vec<_>| !cores.is_empty()).unwrap_or_else(|| vec![0])
}

#[cfg(not(target_os = "linux"))]
fn cores() -> Vec<usize> {
    (0..std::thread::available_parallelism().map_or(1, usize::from)).collect()
}

/// The tightest `cpu.max` (cgroup 2) on the way from this process's group to the top, or cgroup 1's quota.
fn quota() -> Option<f64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/");
    let folders = std::path::Path::new(own).ancestors();
    let second = folders.filter_map(|folder| {
        let file = format!("/sys/fs/cgroup{}/cpu.max", folder.display().to_string().trim_end_matches('/'));
        parse_quota(&std::fs::read_to_string(file).ok()?)
    });
    let first = || {
        let read = |name| std::fs::read_to_string(format!("/sys/fs/cgroup/cpu/cpu.cfs_{name}_us")).ok();
        parse_quota(&format!("{} {}", read("quota")?.trim(), read("period")?.trim()))
    };
    second.min_by(f64::total_cmp).or_else(first)
}

/// `"50000 100000"` (microseconds allowed in each period) is half a core; `"max 100000"` and `"-1 …"` are none.
fn parse_quota(text: &str) -> Option<f64> {
    let mut numbers = text.split_whitespace();
    let allowed: f64 = numbers.next()?.parse().ok()?;
    let period: f64 = numbers.next()?.parse().ok()?;
    (allowed > 0.0 && period > 0.0).then(|| allowed / period)
}

#[cfg(unix)]
fn system() -> String {
    match nix::sys::utsname::uname() {
        Ok(name) => format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy()),
        Err(_) => std::env::consts::OS.to_owned(),
    }
}

#[cfg(not(unix))]
fn system() -> String {
    std::env::consts::OS.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_counted_in_cores() {
        assert_eq!(parse_quota("50000 100000\n"), Some(0.5));
        assert_eq!(parse_quota("max 100000"), None);
        assert_eq!(parse_quota("-1 100000"), None);
        assert_eq!(parse_quota(""), None);
    }

    #[test]
    fn there_is_a_core_to_run_on() {
        let machine = Machine::here();
        assert!(!machine.cores.is_empty());
        assert!(machine.to_string().contains("core"));
    }

    #[test]
    fn two_cores_with_a_quota_of_one_are_not_parallel() {
        let machine = Machine { cores: vec![0, 1], quota: Some(1.0), system: String::new() };
        assert!(!machine.is_parallel());
    }
}
