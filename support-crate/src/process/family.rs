//! [`record_processes`]: children from beginning to end, and the time limit.

use std::cell::{Cell, OnceCell, RefCell};
use std::time::Duration;

use super::{Child, Ending};
use crate::error::Error;
use crate::machine::Limit;
use crate::record::{LIMIT, LaneWriter, Recorder, caught};
use crate::timeline::Timeline;

/// The most children one run may have: a figure could not show more lanes.
pub const PROCESSES: usize = 1000;

/// A run whose lanes are processes: this one, and the children it forks.
pub struct Family {
    pub(super) recorder: Recorder,
    pub(super) children: RefCell<Vec<Child>>,
    started: Cell<usize>,
    most: OnceCell<Limit>,
}

/// So many children are started without asking the machine first.
const FEW: usize = 16;

/// Runs `body` in this process, waits for the children it started, and returns what all of them recorded.
/// What the children printed is printed when they are done, each line behind its child's name.
///
/// A child that panics, exits or is killed does not make the run fail: its lane says how it ended.
///
/// ```standalone_crate
/// use timelanes::prelude::*;
/// let mut money = 100;
/// let run = record_processes("the same variable", |family| {
///     for name in ["ada", "bob"] {
///         family.fork(name, |lane| {
///             money += 1;
///             lane.mark(&format!("{money}"));
///         });
///     }
/// });
/// # if cfg!(target_os = "linux") {
/// assert_eq!(run?.lane("bob")?.marks()[1].label, "101");
/// # }
/// assert_eq!(money, 100);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// When this process has other threads (only one of them would be copied), when a process cannot be had, on a panic
/// in `body`, when a child is still there after 20 s, and what went wrong while recording.
pub fn record_processes(title: impl Into<String>, body: impl FnOnce(&Family)) -> Result<Timeline, Error> {
    record_processes_within(LIMIT, title, body)
}

/// [`record_processes`] with a time limit of its own.
///
/// # Errors
/// As for [`record_processes`].
pub fn record_processes_within(
    limit: Duration,
    title: impl Into<String>,
    body: impl FnOnce(&Family),
) -> Result<Timeline, Error> {
    let recorder = Recorder::across_processes(title, limit)?;
    let family = Family {
        recorder: recorder.clone(),
        children: RefCell::default(),
        started: Cell::new(0),
        most: OnceCell::new(),
    };
    {
        #[cfg(target_os = "linux")]
        let _alarm = super::alarm::Alarm::set(limit);
        let whole = caught(&recorder, "the run", || body(&family));
        family.end(whole.is_some());
    }
    family.print();
    recorder.finish()
}

impl Family {
    /// Opens a lane for something in this process.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        self.recorder.lane(name)
    }

    /// Copies this process. In the copy, `body` runs and the process ends; here, `fork` comes back at once.
    ///
    /// Where the system gives no further process, or this one has other threads, `body` does not run and the
    /// recording fails with a clear message.
    pub fn fork(&self, name: impl Into<String>, body: impl FnOnce(&LaneWriter)) -> Child {
        self.start(name.into(), false, body)
    }

    /// Like [`fork`](Self::fork), but the child stops itself before `body`; [`Child::resume`] lets it begin. Comes
    /// back when it has stopped.
    pub fn fork_stopped(&self, name: impl Into<String>, body: impl FnOnce(&LaneWriter)) -> Child {
        self.start(name.into(), true, body)
    }

    /// The children started so far, in order.
    pub fn children(&self) -> Vec<Child> {
        self.children.borrow().clone()
    }

    fn start(&self, name: String, stopped: bool, body: impl FnOnce(&LaneWriter)) -> Child {
        let child = self.try_start(&name, stopped, body).unwrap_or_else(|fault| {
            self.recorder.fault(fault);
            Child::never(&name)
        });
        self.children.borrow_mut().push(child.clone());
        child
    }

    #[cfg(target_os = "linux")]
    fn try_start(&self, name: &str, stopped: bool, body: impl FnOnce(&LaneWriter)) -> Result<Child, Error> {
        self.count()?;
        let (output, lane) = (super::output::Output::new()?, self.recorder.lane(name));
        let pid = super::fork::fork(&self.recorder, &lane, &output, stopped, body)?;
        let process = super::owned::Process::new(pid, lane, output);
        if stopped {
            process.has_stopped();
        }
        Ok(Child { name: name.into(), process: Some(std::rc::Rc::new(process)) })
    }

    #[cfg(not(target_os = "linux"))]
    fn try_start(
        &self,
        _name: &str,
        _stopped: bool,
        _body: impl FnOnce(&LaneWriter),
    ) -> Result<Child, Error> {
        Err(Error::NotPossible {
            what: "recording child processes".to_owned(),
            because: "the lessons on processes use calls that only Linux has".to_owned(),
        })
    }

    /// Counts one more child.
    #[cfg(target_os = "linux")]
    pub(super) fn count(&self) -> Result<(), Error> {
        let started = self.started.replace(self.started.get() + 1);
        if started < FEW {
            return Ok(());
        }
        let drawn = || Limit { count: PROCESSES, because: "a figure could not show more".to_owned() };
        let most = self.most.get_or_init(|| Limit::of_processes().or(drawn()));
        if started < most.count {
            return Ok(());
        }
        Err(Error::TooMany { what: "processes", limit: started, because: most.because.clone() })
    }

    /// Waits for every child, or, after a panic, ends them all.
    fn end(&self, whole: bool) {
        for child in self.children() {
            let ending = if whole { child.wait() } else { child.kill() };
            if ending == Ending::OutOfTime {
                self.recorder.fault(self.recorder.time_limit());
            }
        }
    }

    /// Says what the children printed, each line behind its child's name, and how they ended when not with code 0.
    fn print(&self) {
        let width = self.children().iter().map(|child| child.name.chars().count()).max().unwrap_or(0);
        let mut lines = Vec::new();
        for child in self.children() {
            let mut says = super::said(&child);
            if let Some(ending) = child.ending().filter(|ending| !ending.is_success()) {
                says.push(format!("({ending})"));
            }
            lines.extend(says.into_iter().map(|line| format!("{:width$} │ {line}", child.name)));
        }
        let more = lines.len().saturating_sub(MOST_LINES);
        lines.truncate(MOST_LINES);
        lines.iter().for_each(|line| println!("{line}"));
        if more > 0 {
            println!("… and {more} lines more");
        }
    }
}

/// The most lines of all children together that are shown.
const MOST_LINES: usize = 120;
