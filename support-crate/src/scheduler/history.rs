//! What happened in a real run: when the scheduler gave the core to whom, and what the jobs recorded of themselves. From
//! it come the timeline and the measures.

use super::lanes::{self, Piece};
use super::place::Away;
use super::schedule::{self, Progress, Schedule};
use super::workload::Workload;
use crate::machine::Machine;
use crate::time::Time;
use crate::timeline::{Activity, Lane, LaneKind, Timeline};

/// One moment on two clocks, in nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    /// The core's own: the work done so far, and the time in which nobody was ready.
    core: u64,
    /// The one that all processes of the machine share: wall time.
    wall: u64,
}

/// A real run.
pub(super) struct History {
    /// From when to when somebody was to have the core, in wall time; none where the kernel gave it.
    pub stints: Vec<(u64, u64)>,
    /// How long nobody wanted the core, in nanoseconds of wall time.
    pub rested: u64,
    /// When, on the core's own clock, each I/O of each job was over; none where the kernel let them go on.
    pub io_over: Vec<Vec<u64>>,
    /// The CPU time that each job's work took.
    pub cpu: Vec<Option<Time>>,
    /// How far each job was whenever somebody looked and it had got on.
    progress: Vec<Progress>,
    clocks: Vec<Clocks>,
    core: u16,
    own_core: bool,
}

/// A shorter hole between the turns of the jobs is switching, in nanoseconds.
const HOLE: u64 = 100_000;

impl History {
    pub fn new(start: u64, jobs: usize, away: &Away) -> Self {
        let clocks = vec![Clocks { core: 0, wall: start }];
        let (core, own_core) = (away.core as u16, away.own_core);
        Self {
            stints: Vec::new(),
            rested: 0,
            io_over: vec![Vec::new(); jobs],
            cpu: Vec::new(),
            progress: vec![Vec::new(); jobs],
            clocks,
            core,
            own_core,
        }
    }

    /// The core's own clock says `core` at the moment `wall`, when each job has done so much of its work, from 0 to 1.
    pub fn at(&mut self, core: u64, wall: u64, done: impl Iterator<Item = f64>) {
        self.clocks.push(Clocks { core, wall });
        for (progress, done) in self.progress.iter_mut().zip(done) {
            if progress.last().map_or(0.0, |last| last.1) < done {
                progress.push((wall, done));
            }
        }
    }

    /// The wall time at which the core's own clock said `core`.
    fn wall(&self, core: u64) -> u64 {
        let after = self.clocks.partition_point(|clocks| clocks.core < core);
        let Some(high) = self.clocks.get(after) else {
            return self.clocks.last().map_or(0, |last| last.wall + (core - last.core));
        };
        let Some(low) = after.checked_sub(1).map(|index| self.clocks[index]) else { return high.wall };
        let part = (core - low.core) as f64 / (high.core - low.core) as f64;
        low.wall + ((high.wall - low.wall) as f64 * part) as u64
    }

    /// The run's measures and its timeline. `recording` is what the jobs' processes recorded.
    pub fn schedule(mut self, workload: &Workload, name: String, recording: &Timeline) -> Schedule {
        let pieces = self.pieces(workload, recording);
        let (timeline, others) = self.timeline(workload, &name, recording, &pieces);
        let progress = std::mem::take(&mut self.progress);
        let mut schedule = schedule::of(workload, name, Some(&self.cpu), progress, timeline);
        schedule.others = schedule.timeline.time(others);
        let running: u64 =
            pieces.iter().filter(|piece| piece.is_running()).map(|piece| piece.to - piece.from).sum();
        let wanted = self.wanted_in_all(&schedule.timeline);
        schedule.switching = schedule.timeline.time(wanted.saturating_sub(running + others));
        let part = |time: Time| time / schedule.timeline.length() * 100.0;
        schedule.note(format!(
            "{}: wall time, of which other programs had the core for {:.1} %, and to stop, decide and continue took {:.1} %",
            schedule.policy,
            part(schedule.others),
            part(schedule.switching)
        ));
        if !self.own_core {
            schedule.note("this process may use one core only, so the scheduler shares it with the jobs");
        }
        if let Some(quota) = Machine::here().quota {
            schedule.note(format!("a CPU quota of {quota} cores pauses all processes once it is used up"));
        }
        schedule
    }

    /// The jobs' lanes, one for other programs where they took enough to be seen, and how long they took in all.
    fn timeline(
        &self,
        workload: &Workload,
        name: &str,
        recording: &Timeline,
        pieces: &[Piece],
    ) -> (Timeline, u64) {
        let (count, core) = (workload.jobs.len(), self.core);
        let title =
            format!("{name}: {count} real process{} on core {core}", if count == 1 { "" } else { "es" });
        let mut timeline = Timeline::new(title).with_lane(lanes::switches(workload, pieces));
        for (number, job) in workload.jobs.iter().enumerate() {
            let own = pieces.iter().filter(|piece| piece.job == number);
            let why = |from, to| self.why(from, to);
            let mut lane = lanes::lane(&job.name, self.wall(job.arrives), own, Some(core), why);
            (lane.pid, lane.tid) = recording.lane(&job.name).map_or((0, 0), |lane| (lane.pid, lane.tid));
            timeline.lanes.push(lane);
        }
        let others = self.others(&timeline, pieces);
        let took = others.nanos(Activity::Running);
        let seen = took * 100 > timeline.end() - timeline.start();
        timeline.lanes.extend(Some(others).filter(|_| seen));
        timeline.speak(workload.unit);
        (timeline, took)
    }

    /// Why a job had not the core between two moments.
    fn why(&self, from: u64, to: u64) -> &'static str {
        let last = self.stints.partition_point(|stint| stint.0 <= from).checked_sub(1);
        let inside = last.is_some_and(|last| to <= self.stints[last].1);
        if inside { "other programs have the core" } else { "stands in the queue" }
    }

    /// From when to when the core was some job's to have, in order and apart: as the scheduler gave it, or, under the
    /// kernel, while some job wanted it.
    fn wanted(&self, timeline: &Timeline) -> Vec<(u64, u64)> {
        if !self.stints.is_empty() {
            return self.stints.clone();
        }
        let jobs = timeline.lanes.iter().filter(|lane| lane.kind == LaneKind::Process);
        let wants = |activity| matches!(activity, Activity::Running | Activity::Ready);
        let spans = jobs.flat_map(Lane::spans).filter(|span| wants(span.activity));
        let mut spans: Vec<_> = spans.map(|span| (span.start, span.end)).collect();
        spans.sort_unstable();
        let mut apart: Vec<(u64, u64)> = Vec::new();
        for (from, to) in spans {
            match apart.last_mut().filter(|last| from <= last.1) {
                Some(last) => last.1 = last.1.max(to),
                None => apart.push((from, to)),
            }
        }
        apart
    }

    /// How long some job wanted the core, in nanoseconds: under a scheduler of one's own from the first stint to the last,
    /// the decisions between them included.
    fn wanted_in_all(&self, timeline: &Timeline) -> u64 {
        match (self.stints.first(), self.stints.last()) {
            (Some(first), Some(last)) => (last.1 - first.0).saturating_sub(self.rested),
            _ => self.wanted(timeline).iter().map(|(from, to)| to - from).sum(),
        }
    }

    /// A lane for what was neither a job nor the scheduler: where a job was to have the core and none had it.
    fn others(&self, timeline: &Timeline, pieces: &[Piece]) -> Lane {
        let mut lane = Lane::new("others").of_kind(LaneKind::Others);
        let mut running = pieces.iter().filter(|piece| piece.is_running()).peekable();
        for (mut from, to) in self.wanted(timeline) {
            let mut hole = |from: u64, to: u64| {
                if to > from + HOLE {
                    lanes::push(&mut lane, from, to, Activity::Running, "other programs", Some(self.core));
                }
            };
            while let Some(piece) = running.next_if(|piece| piece.from < to) {
                hole(from, piece.from);
                from = from.max(piece.to);
            }
            hole(from, to);
        }
        lane
    }

    /// What each job saw of itself, in order. It does not see when its I/O is over, where it stands still for that.
    fn pieces(&self, workload: &Workload, recording: &Timeline) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (job, planned) in workload.jobs.iter().enumerate() {
            let spans = recording.lane(&planned.name).map(Lane::spans).unwrap_or_default();
            let mut over = self.io_over[job].iter().map(|moment| self.wall(*moment));
            for span in spans.iter().filter(|span| span.ended) {
                let over = if span.activity == Activity::Waiting { over.next() } else { None };
                let to = over.map_or(span.end, |over| over.clamp(span.start, span.end));
                pieces.push(Piece { job, from: span.start, to, activity: span.activity });
            }
        }
        pieces.sort_by_key(|piece| piece.from);
        pieces
    }
}
