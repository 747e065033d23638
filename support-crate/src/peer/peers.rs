//! [`Peers`]: who did the errands, and how.

use std::time::Duration;

use super::outcome::{Outcome, Trouble};
use super::{Errands, run};
use crate::error::Error;
use crate::figure::Figure;
use crate::record::LIMIT;
use crate::table::Table;
use crate::time::Time;
use crate::timeline::{Lane, LaneKind, Timeline};

/// Runtimes that do the same errands, one after another, so that none disturbs another. Each is a process of its own that is
/// measured by `wait4(2)`, those in Rust too.
///
/// ```standalone_crate
/// use timelanes::prelude::*;
/// let mut peers = Peers::new(Errands::new(3, 1 * MINUTE, 50));
/// peers.rust("threads", |errands| {
///     let sum = std::sync::atomic::AtomicU64::new(0);
///     let run = record("threads").threads(|run| for number in errands.numbers() {
///         let sum = &sum;
///         run.spawn(number.to_string(), move |lane| {
///             sum.fetch_add(errands.errand(lane, number), std::sync::atomic::Ordering::Relaxed)
///         });
///     })?;
///     Ok((run, sum.into_inner()))
/// });
/// # if cfg!(target_os = "linux") {
/// assert!(peers.outcome("threads")?.is_well());
/// # }
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Peers {
    errands: Errands,
    limit: Duration,
    outcomes: Vec<Outcome>,
}

impl Peers {
    /// Nobody yet. Each may take 20 s.
    pub fn new(errands: Errands) -> Self {
        Self { errands, limit: LIMIT, outcomes: Vec::new() }
    }

    /// Each may take `limit` at the longest; then it is killed. A limit that is negative or no number is none at all.
    pub fn within(self, limit: Time) -> Self {
        Self { limit: limit.as_duration().unwrap_or(Duration::ZERO), ..self }
    }

    /// Runs the script of this name: for "asyncio" `notebooks/peers/with_asyncio.py`.
    ///
    /// What goes wrong stands in its [`Outcome`], here and below.
    pub fn run(&mut self, name: &str) -> &Outcome {
        let outcome = run::script(name, &self.errands, self.limit);
        self.takes(outcome)
    }

    /// Runs Python code, which finds `lanes.py` of `notebooks/peers`.
    pub fn python(&mut self, name: &str, code: &str) -> &Outcome {
        let outcome = run::python(name, code, &self.errands, self.limit);
        self.takes(outcome)
    }

    /// Runs any program.
    pub fn program(&mut self, name: &str, command: std::process::Command) -> &Outcome {
        let outcome = run::program(name, command, &self.errands, self.limit);
        self.takes(outcome)
    }

    /// Does `body` in a copy of this process; it comes back with its recording and the sum of its checksums.
    pub fn rust<F>(&mut self, name: &str, body: F) -> &Outcome
    where
        F: FnOnce(&Errands) -> Result<(Timeline, u64), Error>,
    {
        let outcome = run::rust(name, Box::new(body), &self.errands, self.limit);
        self.takes(outcome)
    }

    /// As [`run`](Self::run), and says nothing.
    pub(super) fn quietly(&mut self, name: &str) -> Outcome {
        run::script(name, &self.errands, self.limit)
    }

    /// Keeps it, in place of an earlier one of its name, and says how it went.
    fn takes(&mut self, outcome: Outcome) -> &Outcome {
        match outcome.troubles.first() {
            None => println!("{}: {:.0} ms", outcome.name, millis(outcome.job)),
            Some(trouble) => println!("{}: {trouble}", outcome.name),
        }
        self.outcomes.retain(|earlier| earlier.name != outcome.name);
        self.outcomes.push(outcome);
        &self.outcomes[self.outcomes.len() - 1]
    }

    /// What became of each, in the order in which they ran.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// What became of the one called `name`.
    ///
    /// # Errors
    /// When none is called so.
    pub fn outcome(&self, name: &str) -> Result<&Outcome, Error> {
        self.outcomes.iter().find(|outcome| outcome.name == name).ok_or_else(|| Error::NoSuchLane {
            asked: name.to_owned(),
            there: self.outcomes.iter().map(|outcome| outcome.name.clone()).collect(),
        })
    }

    /// The lanes of the one called `name`.
    ///
    /// # Errors
    /// When none is called so.
    pub fn timeline(&self, name: &str) -> Result<&Timeline, Error> {
        Ok(&self.outcome(name)?.timeline)
    }

    /// Those who did all errands well, the quickest first, by the time from the first thing in their lanes to the last.
    pub fn order(&self) -> Vec<&str> {
        let mut well: Vec<_> = self.outcomes.iter().filter(|outcome| outcome.is_well()).collect();
        well.sort_by_key(|outcome| outcome.job);
        well.into_iter().map(|outcome| outcome.name.as_str()).collect()
    }

    /// Of all pairs of those in `guess` who did their errands well: how many are in the right order, and how many there are.
    pub fn pairs(&self, guess: &[&str]) -> (usize, usize) {
        let order = self.order();
        let places: Vec<_> =
            guess.iter().filter_map(|name| order.iter().position(|there| there == name)).collect();
        let pairs = || (0..places.len()).flat_map(|one| (0..one).map(move |other| (other, one)));
        let right = pairs().filter(|(earlier, later)| places[*earlier] < places[*later]).count();
        (right, pairs().count())
    }

    /// Whether all of them came to the same result, in words.
    pub fn results(&self) -> String {
        let Some(sum) = self.outcomes.iter().find(|outcome| outcome.is_well()).and_then(|well| well.sum)
        else {
            return "nobody came to a result".to_owned();
        };
        let count = self.outcomes.iter().filter(|outcome| outcome.sum == Some(sum)).count();
        let others = self.outcomes.iter().filter(|outcome| outcome.sum != Some(sum));
        let others: Vec<&str> = others.map(|outcome| outcome.name.as_str()).collect();
        if others.is_empty() {
            return format!("all {count} came to the same result, {sum}");
        }
        format!("{count} came to the same result, {sum}; not so: {}", others.join(", "))
    }

    /// All lanes in one timeline, those of each from its own beginning. Of runtimes whose tasks or coroutines have lanes, the
    /// threads that polled them are left out.
    pub fn all(&self) -> Timeline {
        let mut all = Timeline::new("the same errands on every runtime, each from its own beginning");
        for Outcome { name, timeline, .. } in &self.outcomes {
            let start = timeline.start();
            let futures = |lane: &Lane| matches!(lane.kind, LaneKind::Task | LaneKind::Coroutine);
            let polled = timeline.lanes.iter().any(futures);
            let mut own = Timeline { arrows: Vec::new(), counters: Vec::new(), ..timeline.clone() };
            own.lanes.retain(|lane| !(polled && lane.kind == LaneKind::Worker));
            for lane in &mut own.lanes {
                *lane = lane.clone().earlier_by(start);
                lane.name = format!("{name} {}", lane.name);
            }
            own.fault = None;
            all = all.with_lanes_of(own);
        }
        all
    }

    /// [`all`](Self::all), drawn.
    pub fn figure(&self) -> Figure {
        self.all().figure()
    }

    /// What each used. The first row is a copy of this process that does nothing: what those in Rust have from the start.
    pub fn table(&self) -> Table {
        let head = [
            "runtime",
            "result",
            "job (ms)",
            "start-up (ms)",
            "CPU time (ms)",
            "peak memory (MB)",
            "gave the core up",
            "was taken off it",
        ];
        let mut table = Table::new(format!("{} errands", self.errands.count), head);
        let nothing = run::nothing();
        for outcome in nothing.iter().chain(&self.outcomes) {
            let result = match (outcome.sum, outcome.troubles.first()) {
                (Some(sum), None) => sum.to_string(),
                (_, trouble) => trouble.map_or("–", Trouble::brief).to_owned(),
            };
            let mut row = vec![outcome.name.clone(), result];
            if outcome.whole > Duration::ZERO {
                let usage = outcome.usage;
                row.extend(
                    [outcome.job, outcome.start_up, usage.cpu].map(|time| format!("{:.0}", millis(time))),
                );
                row.push(format!("{:.0}", usage.memory as f64 / f64::from(1 << 20)));
                row.extend(
                    [usage.switches.voluntary, usage.switches.involuntary].map(|count| count.to_string()),
                );
            }
            table.row(row);
        }
        table
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
