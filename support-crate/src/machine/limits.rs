//! How many threads and processes this machine lets one run have, and what sets that limit.

use std::fs::read_to_string;

/// The most of something, and why not more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The most there may be.
    pub count: usize,
    /// What sets the limit, as the end of a sentence: "… because the container allows 100 in all".
    pub because: String,
}

/// Memory that a thread really takes, in kilobytes: the kernel's stack for it (16), the pages of its own stack that
/// it touches (8 to 12), a lane and some room.
const THREAD_KB: usize = 48;
/// The same for a forked process, with its page tables and the pages that it writes to.
const PROCESS_KB: usize = 400;
/// The same for a coroutine: the pages of its stack that it touches, a lane, and some room.
const STACK_KB: usize = 24;
/// Mappings that a stack and its guard page take.
const MAPPINGS: usize = 2;

impl Limit {
    /// Threads that one run may have at once: half of what the machine has left, so that others can go on.
    pub fn of_threads() -> Self {
        Self::tightest(tasks().chain(memory(THREAD_KB)).chain(stacks()))
    }

    /// Stacks that coroutines of one run may have at once: half of what the machine has left. The kernel counts no
    /// tasks for them.
    pub fn of_stacks() -> Self {
        Self::tightest(memory(STACK_KB).into_iter().chain(stacks()))
    }

    /// Processes that one run may have at once: half of what the machine has left, so that others can go on.
    pub fn of_processes() -> Self {
        Self::tightest(tasks().chain(memory(PROCESS_KB)))
    }

    /// This one or `other`, whichever is tighter.
    pub(crate) fn or(self, other: Self) -> Self {
        if other.count <= self.count { other } else { self }
    }

    fn tightest(limits: impl Iterator<Item = Self>) -> Self {
        // Where a system says nothing, a number that any has room for.
        let unknown =
            || Self { count: 2000, because: "this system does not say how many it allows".to_owned() };
        limits.min_by_key(|limit| limit.count).unwrap_or_else(unknown)
    }
}

/// What bounds stacks of any kind.
fn stacks() -> Option<Limit> {
    let most = number("/proc/sys/vm/max_map_count")?;
    let because = format!(
        "the kernel allows a process {most} mappings, a stack takes {MAPPINGS}, and half is left for others"
    );
    Some(Limit { count: most / MAPPINGS / 2, because })
}

/// What bounds tasks of any kind; the kernel counts threads and processes alike.
fn tasks() -> impl Iterator<Item = Limit> {
    let there = running();
    let half = move |most: usize, says: &str| Limit {
        count: most.saturating_sub(there) / 2,
        because: format!("{says} {most} at once, and others need some of them"),
    };
    let kernel = ["threads-max", "pid_max"].into_iter();
    let kernel = kernel.filter_map(|name| number(&format!("/proc/sys/kernel/{name}")));
    let kernel = kernel.map(move |most| half(most, "the kernel allows"));
    let user = user_limit().map(move |most| half(most, "the limit of this user (ulimit -u) is"));
    kernel.chain(user).chain(group())
}

/// The tasks that the machine has now (the fourth word of `/proc/loadavg`).
fn running() -> usize {
    let load = read_to_string("/proc/loadavg").unwrap_or_default();
    let tasks = load.split_whitespace().nth(3).and_then(|word| word.split_once('/'));
    tasks.and_then(|(_, all)| all.parse().ok()).unwrap_or(0)
}

#[cfg(target_os = "linux")]
fn user_limit() -> Option<usize> {
    use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
    let (soft, _) = getrlimit(Resource::RLIMIT_NPROC).ok()?;
    (soft != RLIM_INFINITY).then_some(soft as usize)
}

#[cfg(not(target_os = "linux"))]
fn user_limit() -> Option<usize> {
    None
}

/// The container's: the tightest `pids.max` (cgroup 2) on the way from this process's group to the top.
fn group() -> Option<Limit> {
    let groups = read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/");
    let folders = std::path::Path::new(own).ancestors();
    let limits = folders.filter_map(|folder| {
        let folder = folder.display().to_string();
        let folder = format!("/sys/fs/cgroup{}", folder.trim_end_matches('/'));
        let most = number(&format!("{folder}/pids.max"))?;
        let taken = number(&format!("{folder}/pids.current")).unwrap_or(0);
        let count = most.saturating_sub(taken) / 2;
        Some(Limit { count, because: format!("this container allows {most} at once, and others need some") })
    });
    limits.min_by_key(|limit| limit.count)
}

/// What the memory that is free now has room for, if a quarter of it may be used; `each` is in kilobytes.
pub(crate) fn memory(each: usize) -> Option<Limit> {
    let memory = read_to_string("/proc/meminfo").ok()?;
    let free = memory.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let free: usize = free.split_whitespace().next()?.parse().ok()?;
    let because = format!("{} MB of memory are free, and each takes about {each} KB", free >> 10);
    Some(Limit { count: free / 4 / each, because })
}

fn number(file: &str) -> Option<usize> {
    read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_limit_counts_and_says_why() {
        let limit = |count, why: &str| Limit { count, because: why.to_owned() };
        let limits = [limit(500, "memory"), limit(50, "the container"), limit(9000, "the kernel")];
        assert_eq!(Limit::tightest(limits.into_iter()), limit(50, "the container"));
    }

    #[test]
    fn this_machine_allows_some_and_not_endlessly_many() {
        for limit in [Limit::of_threads(), Limit::of_processes(), Limit::of_stacks()] {
            assert!((1..10_000_000).contains(&limit.count), "{limit:?}");
        }
    }
}
