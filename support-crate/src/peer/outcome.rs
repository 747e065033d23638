//! What became of one peer, and what can go wrong.

use std::fmt;
use std::time::Duration;

use crate::process::Usage;
use crate::timeline::Timeline;

/// What became of one peer.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whose.
    pub name: String,
    /// The sum of its checksums; none where it gave none.
    pub sum: Option<u64>,
    /// What went wrong, where something did.
    pub troubles: Vec<Trouble>,
    /// Its lanes, in the moments in which they happened.
    pub timeline: Timeline,
    /// From its process's beginning to its end.
    pub whole: Duration,
    /// From its process's beginning to the first thing in its lanes.
    pub start_up: Duration,
    /// From the first thing in its lanes to the last.
    pub job: Duration,
    /// What its process used, and those that it waited for.
    pub usage: Usage,
}

/// What can go wrong with a peer; shows itself as words that go on after its name: "was killed by SIGSEGV".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Something that it needs is not on this machine.
    Missing {
        /// What.
        what: String,
        /// How to get it.
        get: String,
    },
    /// There is no such script.
    NoScript(String),
    /// It could not be started, and why.
    NotStarted(String),
    /// It ended otherwise than with code 0: how, and its last words.
    Ended(String),
    /// Its last line of output, which is not a number.
    NoResult(String),
    /// Another result than the errands have.
    OtherResult {
        /// Its own.
        own: u64,
        /// The right one.
        right: u64,
    },
    /// It fetched fewer dishes than there are errands, or more.
    Dishes {
        /// How many it fetched.
        fetched: usize,
        /// How many errands there are.
        errands: usize,
    },
    /// What is wrong with the lanes that it wrote.
    Lanes(String),
}

impl Outcome {
    /// Whether nothing went wrong.
    pub fn is_well(&self) -> bool {
        self.troubles.is_empty()
    }

    /// Whether it could not run because something is not on this machine.
    pub fn is_missing(&self) -> bool {
        self.troubles.iter().any(|trouble| matches!(trouble, Trouble::Missing { .. }))
    }

    /// One that never began.
    pub(super) fn never(name: &str, trouble: Trouble) -> Self {
        Self {
            name: name.to_owned(),
            sum: None,
            troubles: vec![trouble],
            timeline: Timeline::new(name),
            whole: Duration::ZERO,
            start_up: Duration::ZERO,
            job: Duration::ZERO,
            usage: Usage::default(),
        }
    }
}

impl Trouble {
    /// In two or three words, for a lane's name.
    pub(super) fn brief(&self) -> &'static str {
        match self {
            Self::Missing { .. } | Self::NoScript(_) => "missing",
            Self::NotStarted(_) => "did not start",
            Self::Ended(_) => "failed",
            Self::NoResult(_) => "no result",
            Self::OtherResult { .. } => "another result",
            Self::Dishes { .. } => "dishes?",
            Self::Lanes(_) => "broken lanes",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { what, get } => write!(out, "{what} is missing on this machine: {get}"),
            Self::NoScript(path) => write!(out, "there is no script {path}"),
            Self::NotStarted(because) => write!(out, "could not be started: {because}"),
            Self::Ended(how) => write!(out, "{how}"),
            Self::NoResult(line) if line.is_empty() => write!(out, "printed no result"),
            Self::NoResult(line) => {
                write!(out, "printed \"{line}\", where its result, a number, should stand")
            }
            Self::OtherResult { own, right } => {
                write!(
                    out,
                    "came to {own}, and the errands come to {right}: its result is not equal to the others'"
                )
            }
            Self::Dishes { fetched, errands } => {
                write!(out, "fetched {fetched} dishes for {errands} errands")
            }
            Self::Lanes(what) => write!(out, "wrote lanes that are not whole: {what}"),
        }
    }
}
