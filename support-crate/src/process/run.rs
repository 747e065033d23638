//! [`Recording::processes`] and [`Recording::program`]: children from beginning to end.

use std::cell::{Cell, OnceCell, RefCell};

use super::{Child, Ending};
use crate::error::Error;
use crate::machine::Limit;
use crate::record::{Gauge, LaneWriter, NOBODY, Recorded, Recorder, Recording};
use crate::timeline::LaneKind;

/// The most children one run may have: a figure could not show more lanes.
pub const PROCESSES: usize = 1000;
/// So many children are started without asking the machine first.
const FEW: usize = 16;
/// The most lines of all children together that are shown.
const MOST_LINES: usize = 120;

/// A body whose type is forgotten. What follows is then compiled once, with this crate, and not in every cell.
type Body<'a> = Box<dyn FnOnce(&Processes) + 'a>;
/// The same, for what a child does.
type Life<'a> = Box<dyn FnOnce(&LaneWriter) + 'a>;

/// A run whose lanes are processes: this one, and the children it forks; handed to the closure of
/// [`Recording::processes`].
pub struct Processes {
    pub(super) recorder: Recorder,
    pub(super) children: RefCell<Vec<Child>>,
    /// The number of the lane by which this process forks: the first that it opened.
    pub(super) own: Cell<u32>,
    started: Cell<usize>,
    most: OnceCell<Limit>,
}

impl Recording {
    /// Runs `body` in this process, waits for the children it started, and returns what all of them recorded.
    /// What the children printed is printed when they are done, each line after its child's name.
    ///
    /// A child that panics, exits or is killed does not make the run fail: its lane says how it ended.
    ///
    /// ```standalone_crate
    /// use timelanes::prelude::*;
    /// let mut money = 100;
    /// let run = record("the same variable").processes(|run| {
    ///     for name in ["ada", "bob"] {
    ///         run.fork(name, |lane| {
    ///             money += 1;
    ///             lane.mark(&format!("{money}"));
    ///         });
    ///     }
    /// });
    /// # if cfg!(target_os = "linux") {
    /// assert_eq!(run?.lane("bob")?.notes().next().unwrap().label, "101");
    /// # }
    /// assert_eq!(money, 100);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When this process has other threads (only one of them would be copied), when a process cannot be had, on a panic
    /// in `body`, when a child is still there at the time limit, and what went wrong while recording. The recording is
    /// kept up to then.
    pub fn processes(self, body: impl FnOnce(&Processes)) -> Recorded {
        self.on_processes(Box::new(body))
    }

    fn on_processes(self, body: Body) -> Recorded {
        let frame = self.frame_across_processes()?;
        let run = Processes {
            recorder: frame.recorder.clone(),
            children: RefCell::default(),
            own: Cell::new(NOBODY),
            started: Cell::new(0),
            most: OnceCell::new(),
        };
        {
            #[cfg(target_os = "linux")]
            let _alarm = super::alarm::Alarm::set(frame.limit);
            let whole = frame.caught("the run", || body(&run));
            run.end(whole.is_some());
        }
        run.print();
        frame.close()
    }

    /// Runs `body` as the main function of a program of its own, in a copy of this process. When it comes back the
    /// program ends, and with it every thread that it started and did not join: their lanes end there.
    ///
    /// Give each thread a lane of its own by [`LaneWriter::lane`]. What the program printed is printed when it has ended.
    ///
    /// # Errors
    /// As for [`processes`](Self::processes).
    pub fn program(self, body: impl FnOnce(&LaneWriter)) -> Recorded {
        self.processes(|run| _ = run.fork("main", body))
    }
}

impl Processes {
    /// Opens a lane for something in this process. From the first one an arrow leads to each child forked later.
    pub fn lane(&self, name: impl Into<String>) -> LaneWriter {
        let lane = self.recorder.lane(name);
        self.own.set(self.own.get().min(lane.number()));
        lane
    }

    /// A number that all processes of the run change, counted in `unit`: `run.counter("queue", "messages")`.
    pub fn counter(&self, name: impl Into<String>, unit: impl Into<String>) -> Gauge {
        self.recorder.counter(name, unit)
    }

    /// Copies this process. In the copy, `body` runs and the process ends; here, `fork` comes back at once.
    ///
    /// Where the system gives no further process, or this one has other threads, `body` does not run and the
    /// recording fails with a clear message.
    pub fn fork(&self, name: impl Into<String>, body: impl FnOnce(&LaneWriter)) -> Child {
        self.start(name.into(), false, Box::new(body))
    }

    /// Like [`fork`](Self::fork), but the child stops itself before `body`; [`Child::resume`] lets it begin. Comes
    /// back when it has stopped.
    pub fn fork_stopped(&self, name: impl Into<String>, body: impl FnOnce(&LaneWriter)) -> Child {
        self.start(name.into(), true, Box::new(body))
    }

    /// The children started so far, in order.
    pub fn children(&self) -> Vec<Child> {
        self.children.borrow().clone()
    }

    fn start(&self, name: String, stopped: bool, body: Life) -> Child {
        let child = self.try_start(&name, stopped, body).unwrap_or_else(|fault| {
            self.recorder.fault(fault);
            Child::never(&name)
        });
        self.children.borrow_mut().push(child.clone());
        child
    }

    #[cfg(target_os = "linux")]
    fn try_start(&self, name: &str, stopped: bool, body: Life) -> Result<Child, Error> {
        self.count()?;
        let (output, lane) = (super::output::Output::new()?, self.recorder.lane_of(name, LaneKind::Process));
        let how = (self.own.get(), stopped);
        let life = || super::fork::live(&self.recorder, &lane, how, body);
        let pid = super::fork::fork(&output, life)?;
        let process = super::owned::Process::new(pid, self.recorder.clone(), Some(lane), output);
        if stopped {
            process.has_stopped();
        }
        Ok(Child { name: name.into(), process: Some(std::rc::Rc::new(process)) })
    }

    #[cfg(not(target_os = "linux"))]
    fn try_start(&self, _name: &str, _stopped: bool, _body: Life) -> Result<Child, Error> {
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
                self.recorder.fault(self.recorder.shared().time_limit());
            }
        }
    }

    /// Says what the children printed, each line after its child's name, and how they ended when not with code 0.
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
