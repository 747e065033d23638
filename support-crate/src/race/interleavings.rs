//! What came out of exploring a model.

use std::fmt;

use super::execution::{Over, Pick};
use super::model::Model;
use super::play::Played;
use super::schedule;
use super::world::{Names, World};
use crate::error::Error;
use crate::figure::{Figure, bars, count};

/// Different outcomes that are told apart.
const OUTCOMES: usize = 1_000;

/// The interleavings of a model: how many there are, how they ended, and the order of one that failed.
///
/// A notebook shows one that failed or was a deadlock, drawn step by step; or, where all went well, how many came to which
/// outcome.
#[derive(Clone)]
pub struct Interleavings {
    /// How many were run.
    pub explored: usize,
    /// Whether these are all there are.
    pub complete: bool,
    /// In how many a [`must`](super::Run::must) did not hold, or something panicked.
    pub failed: usize,
    /// In how many nobody could go on, and not everybody was done.
    pub deadlocks: usize,
    /// How many were stopped after 500 steps.
    pub endless: usize,
    model: Model,
    names: Names,
    /// In order.
    outcomes: Vec<(Vec<i64>, usize)>,
    outcome: Vec<i64>,
    failure: Option<Kept>,
    deadlock: Option<Kept>,
    unended: Option<Kept>,
}

/// The order of one interleaving, and how that ended.
#[derive(Clone)]
struct Kept {
    picks: Vec<Pick>,
    switches: usize,
    over: Over,
}

impl Interleavings {
    pub(super) fn of(model: Model) -> Self {
        Self {
            explored: 0,
            complete: false,
            failed: 0,
            deadlocks: 0,
            endless: 0,
            model,
            names: Names::default(),
            outcomes: Vec::new(),
            outcome: Vec::new(),
            failure: None,
            deadlock: None,
            unended: None,
        }
    }

    /// One more.
    pub(super) fn count(&mut self, world: &World, picks: &[Pick], over: Over) {
        self.explored += 1;
        match over {
            Over::Done | Over::Stopped => {}
            Over::Endless => {
                self.endless += 1;
                keep(&mut self.unended, picks, over);
                return;
            }
            Over::Deadlock => {
                self.deadlocks += 1;
                keep(&mut self.deadlock, picks, over);
                return;
            }
            Over::Missing(_) | Over::Panicked(..) => {
                self.failed += 1;
                let panicked = !matches!(over, Over::Missing(_));
                keep(&mut self.failure, picks, over);
                if panicked {
                    return;
                }
            }
        }
        world.outcome(&mut self.outcome);
        match self.outcomes.binary_search_by(|(known, _)| known.as_slice().cmp(&self.outcome)) {
            Ok(found) => self.outcomes[found].1 += 1,
            Err(place) if self.outcomes.len() < OUTCOMES => {
                self.outcomes.insert(place, (self.outcome.clone(), 1));
            }
            Err(_) => {}
        }
    }

    /// No more will come.
    pub(super) fn settle(&mut self, world: &World) {
        self.names = world.names().clone();
    }

    /// What the model came to, and in how many interleavings: "total 1" in 4, "total 2" in 2. Of those in which everybody
    /// was done; what was [seen](super::Run::seen), or else what is shared.
    pub fn outcomes(&self) -> Vec<(String, usize)> {
        let names = if self.names.seen.is_empty() { &self.names.places } else { &self.names.seen };
        let named = |values: &[i64]| {
            let each: Vec<_> =
                names.iter().zip(values).map(|(name, value)| format!("{name} {value}")).collect();
            if each.is_empty() { "done".to_owned() } else { each.join(", ") }
        };
        self.outcomes.iter().map(|(values, count)| (named(values), *count)).collect()
    }

    /// The order of steps of an interleaving that failed, as text for [`Model::under`]: of those with the fewest switches
    /// from thread to thread the first that was found. `None` where none failed.
    pub fn failing_schedule(&self) -> Option<String> {
        self.failure.as_ref().map(|kept| schedule::text(&kept.picks, &self.names.threads))
    }

    /// The same for an interleaving that ended in a deadlock.
    pub fn deadlock_schedule(&self) -> Option<String> {
        self.deadlock.as_ref().map(|kept| schedule::text(&kept.picks, &self.names.threads))
    }

    /// Plays the interleaving that failed; where none did, the one that was a deadlock; else the one that was stopped. The
    /// same one each time.
    ///
    /// # Errors
    /// When there is none of them.
    pub fn replay(&self) -> Result<Played, Error> {
        let Some(kept) = self.failure.as_ref().or(self.deadlock.as_ref()).or(self.unended.as_ref()) else {
            let what = format!("replaying a failure of \"{}\"", self.model.title);
            return Err(Error::NotPossible { what, because: format!("there is none: {self}") });
        };
        let mut played = self.model.replayed(&kept.picks);
        played.timeline.notes.push(self.to_string());
        Ok(played)
    }

    /// What a notebook shows.
    pub fn figure(&self) -> Figure {
        if let Ok(played) = self.replay() {
            return played.figure();
        }
        let title = format!("model: {}: {self}", self.model.title);
        bars(&title, "interleavings", &self.outcomes())
    }

    /// Shows the figure in a notebook; evcxr calls this for a cell's last expression.
    pub fn evcxr_display(&self) {
        self.figure().evcxr_display();
    }
}

impl fmt::Display for Interleavings {
    /// "6 interleavings, and these are all: 4 fail (the total is to be 2), 2 go well".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let explored = count(self.explored as u64);
        match (self.complete, self.explored) {
            (true, 1) => write!(out, "1 interleaving, and there is no other")?,
            (true, _) => write!(out, "{explored} interleavings, and these are all")?,
            (false, _) => write!(out, "{explored} interleavings explored, and these are not all")?,
        }
        let well = self.explored - self.failed - self.deadlocks - self.endless;
        let says = self.failure.as_ref().map(|kept| match &kept.over {
            Over::Missing(says) => format!(" ({says})"),
            Over::Panicked(_, says) => format!(" (a panic: {says})"),
            _ => String::new(),
        });
        let kinds = [
            (self.failed, "fail", says.unwrap_or_default()),
            (self.deadlocks, "end in a deadlock", String::new()),
            (self.endless, "were stopped after 500 steps: a loop that waits?", String::new()),
            (well, "go well", String::new()),
        ];
        let told = kinds.iter().filter(|(number, ..)| *number > 0);
        let told: Vec<_> =
            told.map(|(number, what, says)| format!("{} {what}{says}", count(*number as u64))).collect();
        write!(out, ": {}", told.join(", "))
    }
}

impl fmt::Debug for Interleavings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Keeps an interleaving that is easier to follow than the one kept before.
fn keep(kept: &mut Option<Kept>, picks: &[Pick], over: Over) {
    let switches = picks.windows(2).filter(|pair| pair[0].thread != pair[1].thread).count();
    let stale = picks.iter().filter(|pick| pick.back > 0).count();
    let switches = switches + stale;
    if kept.as_ref().is_none_or(|kept| switches < kept.switches) {
        *kept = Some(Kept { picks: picks.to_vec(), switches, over });
    }
}
