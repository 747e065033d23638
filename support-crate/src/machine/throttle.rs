//! Whether a CPU quota has paused this process: what the kernel counts for its control group.

use std::path::{Path, PathBuf};

/// How often, and for how long, a CPU quota has paused the threads of this process's group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Throttled {
    /// Periods in which the quota was used up (`nr_throttled`).
    pub times: u64,
    /// Nanoseconds for which it paused threads, counted for each core (`throttled_usec`, `throttled_time`).
    pub time: u64,
}

impl Throttled {
    /// The count so far, over this process's control groups of version 2 or 1; nothing where there is no quota, or the
    /// system has none.
    pub fn so_far() -> Self {
        let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let read = |folder: PathBuf| std::fs::read_to_string(folder.join("cpu.stat")).ok();
        let counts = folders(&groups).into_iter().filter_map(read).map(|text| parse(&text));
        counts.fold(Self::default(), |sum, one| Self {
            times: sum.times + one.times,
            time: sum.time + one.time,
        })
    }

    /// What came on top of an `earlier` count.
    pub fn since(self, earlier: Self) -> Self {
        Self { times: self.times.saturating_sub(earlier.times), time: self.time.saturating_sub(earlier.time) }
    }
}

/// The folders of the groups that may hold a quota for this process, from `/proc/self/cgroup`.
fn folders(groups: &str) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(own)) = (fields.next(), fields.next()) else { continue };
        let top = match controllers {
            "" => "/sys/fs/cgroup",
            list if list.split(',').any(|name| name == "cpu") => "/sys/fs/cgroup/cpu",
            _ => continue,
        };
        let below = |folder: &Path| Path::new(top).join(folder.strip_prefix("/").unwrap_or(folder));
        folders.extend(Path::new(own).ancestors().map(below));
    }
    folders
}

/// The counts of a `cpu.stat`: version 2 counts microseconds, version 1 nanoseconds.
fn parse(text: &str) -> Throttled {
    let value = |name: &str| -> Option<u64> {
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
    };
    let micros = value("throttled_usec").map(|micros| micros.saturating_mul(1000));
    Throttled {
        times: value("nr_throttled").unwrap_or(0),
        time: micros.or(value("throttled_time")).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_the_count_are_read() {
        let second = "usage_usec 9\nnr_periods 20\nnr_throttled 7\nthrottled_usec 350000\n";
        assert_eq!(parse(second), Throttled { times: 7, time: 350_000_000 });
        let first = "nr_periods 20\nnr_throttled 7\nthrottled_time 350000000\n";
        assert_eq!(parse(first), parse(second));
        assert_eq!(parse(""), Throttled::default());
    }

    #[test]
    fn a_quota_may_stand_on_any_group_above() {
        let of = |groups: &str| -> Vec<String> {
            folders(groups).iter().map(|folder| folder.display().to_string()).collect()
        };
        let tops = ["/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a", "/sys/fs/cgroup/"];
        assert_eq!(of("0::/a/b\n"), tops);
        assert_eq!(of("4:memory:/x\n3:cpu,cpuacct:/a\n"), ["/sys/fs/cgroup/cpu/a", "/sys/fs/cgroup/cpu/"]);
    }
}
