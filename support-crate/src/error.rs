//! What can go wrong, said so that a learner knows what to change.

use std::fmt;

use crate::time::Time;

/// What went wrong, and what to do.
///
/// Its `Debug` text is its `Display` text, so that `unwrap` in a cell says no more and no less than `?`, which the kernel
/// prints with `Display`.
#[derive(Clone, PartialEq)]
pub enum Error {
    /// A span that ends before it starts.
    Backwards {
        /// The lane it was meant for.
        lane: String,
        /// Nanoseconds.
        start: u64,
        /// Nanoseconds.
        end: u64,
    },
    /// A span that starts before the one added last.
    OutOfOrder {
        /// The lane it was meant for.
        lane: String,
    },
    /// A question about a lane that is not there.
    NoSuchLane {
        /// The name asked for.
        asked: String,
        /// The names there are.
        there: Vec<String>,
    },
    /// A duration nobody can wait for.
    BadTime {
        /// The lane that was to wait or work.
        lane: String,
        /// What was asked.
        asked: Time,
        /// Why it cannot be done.
        because: String,
    },
    /// More of something than this machine or a figure can take.
    TooMany {
        /// Of what: "threads", "lanes".
        what: &'static str,
        /// The most there may be.
        limit: usize,
        /// Where the limit comes from.
        because: String,
    },
    /// Code of the learner's that panicked.
    Panicked {
        /// The lane it ran in.
        lane: String,
        /// What the panic said.
        says: String,
    },
    /// A run that went on for longer than it may.
    TimeLimit {
        /// The run.
        title: String,
        /// Seconds.
        limit: f64,
    },
    /// A run in which no task can get on any more.
    Stall {
        /// The run.
        title: String,
        /// Which tasks, and who let them down: "`John` is pending and nobody holds its waker".
        says: String,
    },
    /// Something this machine cannot do or show.
    NotPossible {
        /// What was asked for.
        what: String,
        /// Why it cannot be had here, and what would help.
        because: String,
    },
    /// A scheduling policy that did what no policy may.
    Policy {
        /// Its name.
        policy: String,
        /// What it did, and when: "picked John, whose work is done (at 10.0 ms)".
        did: String,
    },
    /// An order of steps that a model cannot go in.
    Schedule {
        /// The order, as it was given.
        schedule: String,
        /// What is wrong with it, and where: "names eve in step 3, and there is no such thread".
        says: String,
    },
    /// Something that went wrong in a child process.
    InChild {
        /// What the child had to say.
        says: String,
    },
    /// A connection that cannot be had, or that broke.
    Connection {
        /// What it was for.
        what: String,
        /// What happened to it, and what would help.
        because: String,
    },
    /// A file that cannot be read or written.
    File {
        /// Which, and what was being done.
        what: String,
        /// What the system said.
        because: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backwards { lane, start, end } => {
                write!(out, "a span in lane \"{lane}\" ends at {end} ns, before it starts at {start} ns")
            }
            Self::OutOfOrder { lane } => {
                write!(out, "a span in lane \"{lane}\" starts before the one added last: add them in order")
            }
            Self::NoSuchLane { asked, there } => {
                write!(out, "there is no lane \"{asked}\" here; there are: {}", there.join(", "))
            }
            Self::BadTime { lane, asked, because } => {
                write!(out, "\"{lane}\" was asked for {asked}: {because}")
            }
            Self::TooMany { what, limit, because } => {
                write!(out, "too many {what}: at most {limit} here, because {because}")
            }
            Self::Panicked { lane, says } => write!(out, "\"{lane}\" panicked: {says}"),
            Self::TimeLimit { title, limit } => write!(
                out,
                "\"{title}\" was stopped after {limit} s, the limit of a run: look for a loop that never ends"
            ),
            Self::Stall { title, says } => write!(out, "stall in \"{title}\": {says}"),
            Self::NotPossible { what, because } => write!(out, "{what} is not possible here: {because}"),
            Self::Policy { policy, did } => write!(out, "the policy \"{policy}\" {did}"),
            Self::Schedule { schedule, says } => write!(out, "the schedule \"{schedule}\" {says}"),
            Self::InChild { says } => write!(out, "in a child process: {says}"),
            Self::Connection { what, because } | Self::File { what, because } => {
                write!(out, "{what}: {because}")
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl std::error::Error for Error {}
