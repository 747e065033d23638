//! What this machine lets this process use.

use std::fmt;

/// What this machine lets this process use; shows itself as a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// The numbers of the hardware threads this process may run on (on Linux `sched_getaffinity`): what the operating
    /// system, and lessons, count as cores.
    pub cores: Vec<usize>,
    /// The same by the core they belong to: hardware threads of one core ("siblings", by SMT or hyper-threading) share
    /// its inner parts, and two of them are less than two cores.
    pub siblings: Vec<Vec<usize>>,
    /// The CPU quota of the container, in cores: 0.5 is half a core; `None` without one.
    pub quota: Option<f64>,
    /// The operating system and its version.
    pub system: String,
}

impl Machine {
    /// Reads the machine.
    pub fn here() -> Self {
        let cores = cores();
        Self { siblings: siblings(&cores, sibling_list), cores, quota: quota(), system: system() }
    }

    /// Two hardware threads for two workers: of different cores where there are two, else of one core, else the same one
    /// twice.
    pub fn two_cores(&self) -> (usize, usize) {
        let first = self.cores.first().copied().unwrap_or(0);
        let apart = self.siblings.iter().find(|core| !core.contains(&first));
        let other = apart.and_then(|core| core.first()).or(self.cores.last());
        (first, other.copied().unwrap_or(first))
    }

    /// Whether two threads can really run at the same moment here.
    pub fn is_parallel(&self) -> bool {
        self.cores.len() > 1 && self.quota.is_none_or(|quota| quota > 1.0)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count =
            |count: usize, thing: &str| format!("{count} {thing}{}", if count == 1 { "" } else { "s" });
        let (threads, cores) = (self.cores.len(), self.siblings.len());
        match threads == cores {
            true => write!(out, "{} for this process", count(cores, "core"))?,
            false => write!(
                out,
                "{} of {} for this process (threads of one core share its inner parts)",
                count(threads, "hardware thread"),
                count(cores, "core")
            )?,
        }
        write!(out, ", {}", self.system)?;
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

/// `cores` by the core they belong to; where that is not known, each for itself.
fn siblings(cores: &[usize], list_of: impl Fn(usize) -> Option<String>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for core in cores {
        let own = list_of(*core).map_or_else(|| vec![*core], |list| parse_list(&list));
        match groups.iter_mut().find(|group| group.iter().any(|other| own.contains(other))) {
            Some(group) => group.push(*core),
            None => groups.push(vec![*core]),
        }
    }
    groups
}

/// The hardware threads of a core, as Linux lists them: `"0,4"`, `"0-1"`.
fn sibling_list(core: usize) -> Option<String> {
    std::fs::read_to_string(format!("/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")).ok()
}

/// `"0,4-5"` is 0, 4 and 5.
fn parse_list(text: &str) -> Vec<usize> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
    };
    text.trim().split(',').filter_map(range).flatten().collect()
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
        let quota = Some(1.0);
        let machine =
            Machine { cores: vec![0, 1], siblings: vec![vec![0], vec![1]], quota, system: String::new() };
        assert!(!machine.is_parallel());
    }

    #[test]
    fn hardware_threads_of_one_core_are_known_as_siblings_and_said() {
        let lists = |core: usize| Some(["0,2", "1,3"][core % 2].to_owned());
        let machine = |cores: &[usize]| Machine {
            cores: cores.to_vec(),
            siblings: siblings(cores, lists),
            quota: None,
            system: "Linux".to_owned(),
        };
        let four = machine(&[0, 1, 2, 3]);
        assert_eq!(four.siblings, [[0, 2], [1, 3]]);
        assert_eq!(four.two_cores(), (0, 1));
        assert!(four.to_string().starts_with("4 hardware threads of 2 cores for this process"), "{four}");
        assert_eq!(machine(&[0, 2]).two_cores(), (0, 2));
        assert!(machine(&[0, 2]).to_string().contains("2 hardware threads of 1 core "));
        assert_eq!(machine(&[1]).two_cores(), (1, 1));
        assert!(machine(&[0, 1]).to_string().starts_with("2 cores for this process"));
        assert_eq!(siblings(&[5, 7], |_| None), [[5], [7]]);
        assert_eq!(parse_list("0,4-6\n"), [0, 4, 5, 6]);
    }
}
