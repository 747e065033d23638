//! A child as its parent sees it: wait, signal, stop, continue, kill.

use std::rc::Rc;
#[cfg(target_os = "linux")]
use std::time::Duration;

use super::Ending;
#[cfg(target_os = "linux")]
use super::owned::Process;
use crate::time::Time;

/// A child process. Clones are handles to the same child; dropping them does not end it, the end of the run does.
///
/// Where the child never began (the recording's error says why), it counts as ended.
#[derive(Clone)]
pub struct Child {
    pub(super) name: Rc<str>,
    #[cfg(target_os = "linux")]
    pub(super) process: Option<Rc<Process>>,
}

impl Child {
    /// A child that never began.
    pub(super) fn never(name: &str) -> Self {
        Self {
            name: name.into(),
            #[cfg(target_os = "linux")]
            process: None,
        }
    }

    /// The name of its lane.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(target_os = "linux")]
impl Child {
    /// Its process number; 0 when it never began.
    pub fn id(&self) -> u32 {
        self.process.as_ref().map_or(0, |process| process.id())
    }

    /// Waits until it has ended, at most until the run's time is up; then it is killed.
    pub fn wait(&self) -> Ending {
        self.process.as_ref().map_or(Ending::NeverBegan, |process| process.wait())
    }

    /// Waits until it has ended, for `limit` at the longest; `None` when it lives on. With no time at all it only
    /// looks.
    pub fn wait_within(&self, limit: Time) -> Option<Ending> {
        let endless = Duration::from_nanos(if limit.count() > 0.0 { u64::MAX } else { 0 });
        let limit = limit.as_duration().unwrap_or(endless);
        self.process.as_ref().map_or(Some(Ending::NeverBegan), |process| process.wait_within(limit))
    }

    /// How it ended; `None` while it lives. Does not wait.
    pub fn ending(&self) -> Option<Ending> {
        self.wait_within(Time::ZERO)
    }

    /// Stops it where it is (SIGSTOP), and comes back when it has stopped. Whether it has; `false` once it has ended.
    pub fn stop(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.stop())
    }

    /// Whether it stands still: somebody has stopped it, or it has stopped itself. Does not wait.
    pub fn is_stopped(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.is_stopped())
    }

    /// Lets it go on (SIGCONT). Whether it could be told; `false` once it has ended.
    pub fn resume(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.resume())
    }

    /// Asks it to end (SIGTERM), which it may refuse, or tidy up before; does not wait. Whether it could be told; `false`
    /// once it has ended.
    pub fn terminate(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.terminate())
    }

    /// Kills it (SIGKILL), and comes back when it is gone. A child that had ended before keeps its ending.
    pub fn kill(&self) -> Ending {
        self.process.as_ref().map_or(Ending::NeverBegan, |process| process.kill())
    }

    /// The CPU time it has used so far, or used altogether once it was found to have ended.
    pub fn cpu_time(&self) -> Option<Time> {
        self.process.as_ref()?.cpu_time().map(Time::from)
    }

    /// What it has printed so far, on standard output and standard error in the order of writing; the first 16 KB.
    pub fn output(&self) -> String {
        self.process.as_ref().map_or_else(String::new, |process| process.output().text)
    }
}

/// What a system without these calls answers: no child ever begins there.
#[cfg(not(target_os = "linux"))]
impl Child {
    /// Its process number; 0 when it never began.
    pub fn id(&self) -> u32 {
        0
    }

    /// Waits until it has ended.
    pub fn wait(&self) -> Ending {
        Ending::NeverBegan
    }

    /// Waits until it has ended, for `limit` at the longest.
    pub fn wait_within(&self, _limit: Time) -> Option<Ending> {
        Some(Ending::NeverBegan)
    }

    /// How it ended.
    pub fn ending(&self) -> Option<Ending> {
        Some(Ending::NeverBegan)
    }

    /// Stops it where it is.
    pub fn stop(&self) -> bool {
        false
    }

    /// Whether it stands still.
    pub fn is_stopped(&self) -> bool {
        false
    }

    /// Lets it go on.
    pub fn resume(&self) -> bool {
        false
    }

    /// Asks it to end.
    pub fn terminate(&self) -> bool {
        false
    }

    /// Kills it.
    pub fn kill(&self) -> Ending {
        Ending::NeverBegan
    }

    /// The CPU time it has used.
    pub fn cpu_time(&self) -> Option<Time> {
        None
    }

    /// What it has printed.
    pub fn output(&self) -> String {
        String::new()
    }
}
