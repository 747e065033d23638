//! One interleaving, played and written down: by a schedule of the learner's, or again one that was found.

use std::fmt;

use super::drawn;
use super::execution::{Over, Pick, Scheduler, execute};
use super::model::Model;
use super::schedule;
use super::step::Op;
use super::world::{Next, World};
use crate::error::Error;
use crate::figure::Figure;
use crate::record::{Failed, record};
use crate::task::Silence;
use crate::timeline::Timeline;

/// How an interleaving ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Everybody is done, and nothing is missing.
    Done,
    /// Everybody is done, and this is missing.
    Missing(String),
    /// A thread panicked with these words.
    Panicked(String),
    /// Nobody can go on, and not everybody is done.
    Deadlock,
    /// It was stopped after 500 steps.
    Endless,
    /// Its schedule ended before everybody was done.
    Unfinished,
}

impl fmt::Display for End {
    /// "done", "deadlock", "missing: the total is to be 2".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => write!(out, "done"),
            Self::Missing(says) => write!(out, "missing: {says}"),
            Self::Panicked(says) => write!(out, "panicked: {says}"),
            Self::Deadlock => write!(out, "deadlock"),
            Self::Endless => write!(out, "stopped after 500 steps"),
            Self::Unfinished => write!(out, "not everybody is done"),
        }
    }
}

/// One interleaving of a model that was played, step by step.
#[derive(Debug, Clone)]
pub struct Played {
    /// A lane for each thread, a counter for each thing that is shared; a step is one unit long.
    pub timeline: Timeline,
    /// How it ended.
    pub end: End,
    /// The order of its steps, as text for [`Model::under`].
    pub schedule: String,
    /// What is shared, and what was seen, in the end.
    values: Vec<(String, i64)>,
}

impl Played {
    /// What is shared under `name`, or was seen under it, in the end.
    ///
    /// # Errors
    /// When there is no such thing; the error names those there are.
    pub fn value(&self, name: &str) -> Result<i64, Error> {
        let found = self.values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| *value).ok_or_else(|| Error::NoSuchLane {
            asked: name.to_owned(),
            there: self.values.iter().map(|(name, _)| name.clone()).collect(),
        })
    }

    /// The steps drawn, with what is shared below them.
    pub fn figure(&self) -> Figure {
        self.timeline.figure()
    }

    /// Shows the figure in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        self.figure().evcxr_display();
    }
}

/// A step that was done.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub thread: usize,
    pub op: Op,
    /// How far it read back.
    pub back: usize,
    pub answer: i64,
    /// What each thread could do before it.
    pub before: Vec<Next>,
    /// What the places hold after it.
    pub values: Vec<i64>,
}

/// Who picks, and what was done.
pub(super) struct Play<'schedule> {
    words: std::str::SplitWhitespace<'schedule>,
    /// Where the picks are known, these instead.
    picks: Option<std::slice::Iter<'schedule, Pick>>,
    pub done: Vec<Done>,
    pub picked: Vec<Pick>,
    /// What each thread could do in the end.
    pub after: Vec<Next>,
    /// What the places held at first.
    pub first: Vec<i64>,
    fault: Option<String>,
}

impl<'schedule> Play<'schedule> {
    fn new(words: &'schedule str, picks: Option<&'schedule [Pick]>) -> Self {
        Self {
            words: words.split_whitespace(),
            picks: picks.map(|picks| picks.iter()),
            done: Vec::new(),
            picked: Vec::new(),
            after: Vec::new(),
            first: Vec::new(),
            fault: None,
        }
    }

    fn now(world: &World) -> (Vec<Next>, Vec<i64>) {
        let (threads, places) = (world.names().threads.len(), world.names().places.len());
        (
            (0..threads).map(|thread| world.next(thread)).collect(),
            (0..places).map(|place| world.value(place)).collect(),
        )
    }
}

impl Scheduler for Play<'_> {
    fn pick(&mut self, world: &World, _: &[usize], _: usize) -> Option<Pick> {
        if self.done.is_empty() {
            (self.after, self.first) = Self::now(world);
        }
        if let Some(picks) = &mut self.picks {
            return picks.next().copied();
        }
        let number = self.done.len() + 1;
        let picked = match self.words.next() {
            Some(word) => schedule::pick(world, number, word),
            None => {
                let left = schedule::left(world).join(", ");
                let steps = if number == 2 { "step" } else { "steps" };
                Err(format!("ends after {} {steps}, and not everybody is done: {left}", number - 1))
            }
        };
        picked.map_err(|fault| self.fault = Some(fault)).ok()
    }

    fn before(&mut self, world: &World, pick: Pick) {
        let (before, _) = Self::now(world);
        let Next::Can(op, _) = before[pick.thread] else { return };
        self.picked.push(pick);
        // A step in which its thread panics has no end, and is done all the same.
        self.done.push(Done {
            thread: pick.thread,
            op,
            back: pick.back,
            answer: 0,
            before,
            values: Vec::new(),
        });
    }

    fn after(&mut self, world: &World, _: Pick, answer: i64) {
        let values;
        (self.after, values) = Self::now(world);
        if let Some(done) = self.done.last_mut() {
            (done.answer, done.values) = (answer, values);
        }
    }
}

impl Model {
    /// Plays the model in the order that `schedule` says: for each step the name of the thread that makes it,
    /// "ada bob ada bob".
    ///
    /// A step is one operation on something shared: a load, a store, taking a lock, letting go of it. Where an atomic may
    /// give an older value, "bob:1" reads the one before the newest.
    ///
    /// # Errors
    /// A schedule that names nobody, or somebody who is done or blocked, or that ends before everybody is done; with what
    /// was played up to there. A model that cannot be run, as for [`explore`](Self::explore).
    pub fn under(&self, schedule: &str) -> Result<Played, Failed> {
        let mut play = Play::new(schedule, None);
        let played = self.play(&mut play)?;
        let too_long = play.words.next().filter(|_| play.fault.is_none());
        let fault = play.fault.or_else(|| {
            let number = play.done.len() + 1;
            too_long.map(|word| {
                format!("names {word} in step {number}, and nobody can go on there: {}", played.end)
            })
        });
        match fault {
            None => Ok(played),
            Some(says) => {
                let fault = Error::Schedule { schedule: schedule.to_owned(), says };
                Err(Failed::new(Timeline { fault: Some(fault), ..played.timeline }))
            }
        }
    }

    /// Plays an interleaving that was explored.
    pub(super) fn replayed(&self, picks: &[Pick]) -> Played {
        let mut play = Play::new("", Some(picks));
        self.play(&mut play).unwrap_or_else(|failed| Played {
            timeline: failed.timeline().clone(),
            end: End::Unfinished,
            schedule: String::new(),
            values: Vec::new(),
        })
    }

    fn play(&self, play: &mut Play<'_>) -> Result<Played, Failed> {
        let recording = record(&self.title);
        let _frame = recording.frame()?;
        let _silence = Silence::begin();
        let world = World::new(&self.title);
        let mut ways = Vec::new();
        let over = execute(&world, &*self.body, play, &mut ways);
        if let Some(fault) = world.take_fault() {
            return Err(recording.fails(fault));
        }
        let names = world.names();
        let places = names.places.iter().enumerate().map(|(place, name)| (name.clone(), world.value(place)));
        let seen = names.seen.iter().enumerate().map(|(number, name)| (name.clone(), world.seen(number)));
        let end = match over {
            Over::Done => End::Done,
            Over::Stopped => End::Unfinished,
            Over::Missing(says) => End::Missing(says.to_owned()),
            Over::Panicked(_, says) => End::Panicked(says),
            Over::Deadlock => End::Deadlock,
            Over::Endless => End::Endless,
        };
        Ok(Played {
            timeline: drawn::timeline(&self.title, &world, play, &end),
            schedule: schedule::text(&play.picked, &names.threads),
            values: places.chain(seen).collect(),
            end,
        })
    }
}
