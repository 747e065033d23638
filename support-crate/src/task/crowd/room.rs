//! How many of a crowd there may be here, read before anything starts.

use crate::error::Error;
use crate::figure::count;
use crate::machine::{Limit, memory};

/// Descriptors left for whatever else the process opens meanwhile.
const SPARE: usize = 24;

/// How many of `asked` there can be, and what the reader must know.
///
/// # Errors
/// For none at all, asked for or possible.
pub(super) fn fit(what: &'static str, asked: usize, limit: &Limit) -> Result<(usize, Vec<String>), Error> {
    let none = |because: &str| Error::NotPossible {
        what: format!("a crowd of {asked} {what}"),
        because: because.to_owned(),
    };
    if asked == 0 {
        return Err(none("there is nothing to measure; ask for 1 or more"));
    }
    let there = asked.min(limit.count);
    if there == 0 {
        return Err(none(&limit.because));
    }
    Ok((there, (there < asked).then(|| fewer(what, there, asked, &limit.because)).into_iter().collect()))
}

/// "only 4,000 of 10,000 threads, because …"
pub(super) fn fewer(what: &str, there: usize, asked: usize, because: &str) -> String {
    let [there, asked] = [there, asked].map(|number| count(number as u64));
    format!("only {there} of {asked} {what}, because {because}")
}

/// What there is memory for, with `each` kilobytes for one, the kernel's part included; but at most a million.
pub(super) fn of_small_things(each: usize) -> Limit {
    const MOST: usize = 1_000_000;
    let most = Limit { count: MOST, because: "a million is enough to see what one costs".to_owned() };
    memory(each).into_iter().fold(most, Limit::or)
}

/// Half of the ports from which the system takes one for each connection to one address.
pub(super) fn of_ports() -> Limit {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let ends: Vec<usize> = range.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    // The dynamic ports of RFC 6335, where the system does not say.
    let ports = if let [first, last] = ends[..] { (last + 1).saturating_sub(first) } else { 16_384 };
    let because =
        format!("the system has {ports} ports for the connections to one address, and others need some");
    Limit { count: ports / 2, because }
}

/// The limit of open files of this process, raised as far as anybody may; put back when this is dropped.
#[derive(Debug)]
pub(super) struct Descriptors {
    /// The limit while this lives.
    pub most: usize,
    #[cfg(unix)]
    before: Option<(u64, u64)>,
}

impl Descriptors {
    /// Raises the limit to what `count` connections need, if it is lower and may be raised.
    #[cfg(unix)]
    pub fn for_connections(count: usize) -> Self {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return Self::unknown() };
        // Both ends in one table, where they cannot be in two.
        let wanted = ((2 * count + SPARE + open()) as u64).clamp(soft, hard.max(soft));
        let raised = wanted > soft && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok();
        let most = usize::try_from(if raised { wanted } else { soft }).unwrap_or(usize::MAX);
        Self { most, before: raised.then_some((soft, hard)) }
    }

    /// Where a system has no such limit.
    #[cfg(not(unix))]
    pub fn for_connections(_: usize) -> Self {
        Self::unknown()
    }

    fn unknown() -> Self {
        Self {
            most: 4096,
            #[cfg(unix)]
            before: None,
        }
    }

    /// The connections that these are enough for, with `each` descriptors for one of them.
    pub fn limit(&self, each: usize) -> Limit {
        let ends = if each == 1 { "one" } else { "each of its two ends one" };
        Limit {
            count: self.most.saturating_sub(open() + SPARE) / each,
            because: format!(
                "this process may have {} files and sockets open (ulimit -Hn), and a connection takes {ends}",
                self.most
            ),
        }
    }
}

#[cfg(unix)]
impl Drop for Descriptors {
    fn drop(&mut self) {
        use nix::sys::resource::{Resource, setrlimit};
        if let Some((soft, hard)) = self.before {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, soft, hard);
        }
    }
}

/// Descriptors that are open now; a guess where the system does not say.
fn open() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(64, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_that_does_not_fit_is_made_smaller_and_says_so() {
        let limit = Limit { count: 100, because: "the container allows 100".to_owned() };
        assert_eq!(fit("tasks", 100, &limit).unwrap(), (100, vec![]));
        let (count, notes) = fit("tasks", 101, &limit).unwrap();
        assert_eq!(
            (count, notes[0].as_str()),
            (100, "only 100 of 101 tasks, because the container allows 100")
        );
    }

    #[test]
    fn a_crowd_of_nobody_is_refused() {
        let limit = |count| Limit { count, because: "the container allows none".to_owned() };
        assert!(fit("tasks", 0, &limit(9)).unwrap_err().to_string().contains("1 or more"));
        assert!(fit("tasks", 9, &limit(0)).unwrap_err().to_string().contains("the container allows none"));
    }
}
