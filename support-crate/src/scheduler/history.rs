//! What happened in a real run: turns on the core's clock, stints in plain time, and what the jobs recorded of
//! themselves. From it come the measures and the timeline.

use std::time::Duration;

use super::drive::Turn;
use super::lanes::{Strip, push};
use super::outcome::{self, Outcome};
use super::workload::Workload;
use super::{lanes, place};
use crate::machine::Machine;
use crate::timeline::{Activity, Lane, Timeline};

/// One moment on two clocks, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clocks {
    /// The core's: the work done so far, and the time in which nobody was ready.
    pub core: u64,
    /// The one that all processes of the machine share.
    pub shared: u64,
}

impl Clocks {
    /// Nothing has happened.
    pub fn at(start: u64) -> Self {
        Self { core: 0, shared: start }
    }
}

/// A real run.
pub(super) struct History {
    /// Turns on the core's clock; none where nobody told them, as the kernel does not.
    pub turns: Vec<Turn>,
    /// From when to when somebody was to have the core, on the shared clock.
    pub stints: Vec<(u64, u64)>,
    /// The CPU time that each job's work took.
    pub cpu: Vec<Duration>,
    pub clocks: Vec<Clocks>,
    own_core: bool,
}

/// A shorter gap in a stint is no other program that a figure could show, in nanoseconds.
const GAP: u64 = 100_000;

impl History {
    pub fn new(start: u64, own_core: bool) -> Self {
        let clocks = vec![Clocks::at(start)];
        Self { turns: Vec::new(), stints: Vec::new(), cpu: Vec::new(), clocks, own_core }
    }

    /// What `to` says when `of` says `moment`.
    fn convert(&self, moment: u64, of: impl Fn(&Clocks) -> u64, to: impl Fn(&Clocks) -> u64) -> u64 {
        let after = self.clocks.partition_point(|clocks| of(clocks) <= moment);
        let Some(low) = after.checked_sub(1).map(|index| &self.clocks[index]) else {
            return to(&self.clocks[0]);
        };
        let Some(high) = self.clocks.get(after) else { return to(low) + (moment - of(low)) };
        let part = (moment - of(low)) as f64 / (of(high) - of(low)) as f64;
        to(low) + (to(high).saturating_sub(to(low)) as f64 * part) as u64
    }

    /// The run's measures and its timeline. `recording` is what the jobs' processes recorded.
    pub fn outcome(
        self,
        workload: &Workload,
        name: String,
        recording: &Timeline,
        paper: Option<Outcome>,
    ) -> Outcome {
        let pieces = pieces(workload, recording);
        let turns = if self.turns.is_empty() { self.turns_of(&pieces) } else { self.turns.clone() };
        let timeline = self.timeline(workload, &name, recording, &pieces);
        let mut outcome = outcome::of(workload, name, &turns, Some(&self.cpu), timeline);
        let (start, end) = (self.clocks[0], self.clocks[self.clocks.len() - 1]);
        let away = (end.shared - start.shared).saturating_sub(end.core - start.core);
        outcome.others = workload.unit.count(away);
        outcome.paper = paper.map(Box::new);
        let notes = notes(&outcome, self.own_core);
        outcome.timeline.notes.extend(notes);
        outcome
    }

    /// Turns as the jobs saw them themselves, on the core's clock.
    fn turns_of(&self, pieces: &[Piece]) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        for piece in pieces {
            let [from, to] = [piece.from, piece.to]
                .map(|moment| self.convert(moment, |clocks| clocks.shared, |clocks| clocks.core));
            match turns.last_mut().filter(|last| last.job == piece.job) {
                Some(last) => last.to = to,
                None => turns.push(Turn { job: piece.job, from, to }),
            }
        }
        turns
    }

    fn timeline(&self, workload: &Workload, name: &str, recording: &Timeline, pieces: &[Piece]) -> Timeline {
        let (count, core) = (workload.jobs.len(), place::for_jobs());
        let title =
            format!("{name}: {count} real process{} on core {core}", if count == 1 { "" } else { "es" });
        let mut timeline = Timeline::new(title);
        timeline.unit = workload.unit;
        let names: Vec<&str> = workload.jobs.iter().map(|job| &*job.name).collect();
        timeline.lanes.push(lanes::switches(pieces.iter().map(|piece| (piece.job, piece.from)), &names));
        for (number, job) in workload.jobs.iter().enumerate() {
            let own = pieces.iter().filter(|piece| piece.job == number);
            let running = own.map(|piece| (piece.from, piece.to)).collect();
            let arrived = self.convert(job.arrives, |clocks| clocks.core, |clocks| clocks.shared);
            // The kernel does not tell whom it gave the core.
            let given = if self.turns.is_empty() { &[][..] } else { &self.stints };
            let strip = Strip { name: &job.name, arrived, running, core: Some(core as u16), given };
            let mut lane = strip.lane();
            (lane.pid, lane.tid) = recording.lane(&job.name).map_or((0, 0), |lane| (lane.pid, lane.tid));
            timeline.lanes.push(lane);
        }
        timeline.lanes.extend(self.others(pieces, core as u16));
        timeline
    }

    /// A lane for what was neither a job nor the scheduler, if that is enough to be seen: where a job was to have the
    /// core and had it not.
    fn others(&self, pieces: &[Piece], core: u16) -> Option<Lane> {
        let (mut lane, mut sum, mut next) = (Lane::new("others"), 0, pieces.iter().peekable());
        for (begun, end) in &self.stints {
            let mut from = *begun;
            while let Some(piece) = next.next_if(|piece| piece.from < *end) {
                if piece.from > from + GAP {
                    push(&mut lane, from, piece.from, Activity::Running, "other programs", Some(core));
                    sum += piece.from - from;
                }
                from = from.max(piece.to);
            }
            if *end > from + GAP {
                push(&mut lane, from, *end, Activity::Running, "other programs", Some(core));
                sum += end - from;
            }
        }
        let whole = self.stints.last()?.1 - self.stints.first()?.0;
        (sum * 100 > whole).then_some(lane)
    }
}

/// A stretch in which a job saw itself running, in nanoseconds of the shared clock.
struct Piece {
    job: usize,
    from: u64,
    to: u64,
}

/// When which job saw itself running, in order.
fn pieces(workload: &Workload, recording: &Timeline) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (job, planned) in workload.jobs.iter().enumerate() {
        let spans = recording.lane(&planned.name).map(Lane::spans).unwrap_or_default();
        let running = spans.iter().filter(|span| span.activity == Activity::Running && span.ended);
        pieces.extend(running.map(|span| Piece { job, from: span.start, to: span.end }));
    }
    pieces.sort_by_key(|piece| piece.from);
    pieces
}

/// What a reader must know to trust the figure.
fn notes(outcome: &Outcome, own_core: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if let (Some(paper), Some(off)) = (&outcome.paper, outcome.off_paper()) {
        let said = |(real, paper): (&outcome::Measured, &outcome::Measured)| {
            let [model, core, plain] = [paper.turnaround, real.turnaround, real.elapsed];
            format!("{} {model:.1} / {core:.1} / {plain:.1}", real.name)
        };
        let pairs: Vec<String> = outcome.jobs.iter().zip(&paper.jobs).take(6).map(said).collect();
        let more = if outcome.jobs.len() > 6 { ", …" } else { "" };
        notes.push(format!(
            "turnaround in the model / measured in the core's time / in plain time ({}): {}{more}; the first two at \
             most {:.1} % apart",
            outcome.unit.symbol,
            pairs.join(", "),
            off * 100.0
        ));
    }
    let whole = outcome.timeline.length().max(f64::MIN_POSITIVE);
    notes.push(format!(
        "other programs and the switching itself took {:.1} % of the time; the core's time leaves that out",
        outcome.others / whole * 100.0
    ));
    if !own_core {
        notes.push("this process may use one core only, so the scheduler shares it with the jobs".to_owned());
    }
    if let Some(quota) = Machine::here().quota {
        notes.push(format!("a CPU quota of {quota} cores pauses all processes once it is used up"));
    }
    notes
}
