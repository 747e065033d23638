//! What was measured on one core: slices, shares, waits; as a figure, with a guess beside it.

use super::coverage::{self, Coverage};
use super::handover;
use crate::error::Error;
use crate::figure::Figure;
use crate::machine::{Interrupts, KernelPolicy, Switches, Throttled};
use crate::timeline::{Activity, Lane, Span, Timeline};

/// An absence shorter than this is a visit (a worker of the kernel takes 4 to 11 µs) and does not end a time slice.
const VISIT: u64 = 100_000;

/// What a thread itself saw.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// When all threads were let go, in nanoseconds of the shared clock.
    pub opened: u64,
    pub nice: i32,
    pub policy: KernelPolicy,
    pub switches: Switches,
    pub interrupts: Interrupts,
    pub steps: u64,
}

/// One thread of a run on one core.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadOnCore {
    /// Its name.
    pub name: String,
    /// The kernel's number of it.
    pub tid: u32,
    /// Its nice value.
    pub nice: i32,
    /// The rule by which it got the core.
    pub policy: KernelPolicy,
    /// How long it was on the core, in milliseconds.
    pub on_core: f64,
    /// How long it kept the core each time until it was taken away, in milliseconds; for a thread that lost it to
    /// nobody, each time until it gave the core up or was done.
    pub slices: Vec<f64>,
    /// How long it was ready without the core each time, in milliseconds, visits of the kernel's workers included.
    pub waits: Vec<f64>,
    /// How often it left the core, by the kernel's count, confirmed gap by gap.
    pub switches: Switches,
    /// Gaps in which it kept the core.
    pub interrupts: Interrupts,
    /// How many steps it did.
    pub steps: u64,
}

/// What threads did on one core; shows itself as a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct CoreRun {
    /// A lane for each thread; below, whoever else had the core.
    pub timeline: Timeline,
    /// The core's number.
    pub core: usize,
    /// The threads, in the order they were spawned.
    pub threads: Vec<ThreadOnCore>,
    /// Whose the core was, in sums.
    pub coverage: Coverage,
    /// From when all threads were let go to when the first was done, in nanoseconds of the shared clock.
    all_there: (u64, u64),
}

impl CoreRun {
    pub(super) fn new(mut timeline: Timeline, core: usize, seen: Vec<Seen>, throttled: Throttled) -> Self {
        handover::settle(&mut timeline);
        let threads: Vec<ThreadOnCore> =
            timeline.lanes.iter().zip(&seen).map(|(lane, seen)| thread(lane, seen)).collect();
        let opened = seen.iter().map(|seen| seen.opened).min().unwrap_or(0);
        let first_done = timeline.lanes.iter().filter_map(Lane::end).min().unwrap_or(opened);
        let coverage = coverage::add_lanes(&mut timeline, core, throttled);
        timeline.notes.extend(coverage.notes(core));
        timeline.notes.extend(interrupted(&threads));
        timeline.notes.push(handover::NOTE.to_owned());
        Self { timeline, core, threads, coverage, all_there: (opened, first_done) }
    }

    /// The thread called `name`.
    ///
    /// # Errors
    /// When there is none; the error names those there are.
    pub fn thread(&self, name: &str) -> Result<&ThreadOnCore, Error> {
        self.threads.iter().find(|thread| thread.name == name).ok_or_else(|| Error::NoSuchLane {
            asked: name.to_owned(),
            there: self.threads.iter().map(|thread| thread.name.clone()).collect(),
        })
    }

    /// The time slices of all threads, in milliseconds.
    pub fn slices(&self) -> Vec<f64> {
        self.threads.iter().flat_map(|thread| thread.slices.iter().copied()).collect()
    }

    /// The median time slice of all threads, in milliseconds.
    pub fn median_slice(&self) -> f64 {
        median(self.slices())
    }

    /// The part of what the threads together had of the core that `name` had, from 0 to 100 percent, for as long as
    /// all of them were there.
    ///
    /// # Errors
    /// When there is no such thread.
    pub fn percent(&self, name: &str) -> Result<f64, Error> {
        self.thread(name)?;
        Ok(self.percents().into_iter().find(|(other, _)| other == name).map_or(0.0, |(_, percent)| percent))
    }

    /// [`percent`](Self::percent) of every thread, with its name.
    pub fn percents(&self) -> Vec<(String, f64)> {
        let had: Vec<u64> = self.timeline.lanes[..self.threads.len()]
            .iter()
            .map(|lane| time_at(lane, Activity::Running, self.all_there))
            .collect();
        let all = had.iter().sum::<u64>().max(1) as f64;
        let percent = |had: &u64| *had as f64 / all * 100.0;
        self.threads.iter().zip(&had).map(|(thread, had)| (thread.name.clone(), percent(had))).collect()
    }

    /// How long `name` was ready without the core, in milliseconds, for as long as all threads were there.
    ///
    /// # Errors
    /// When there is no such thread.
    pub fn waited(&self, name: &str) -> Result<f64, Error> {
        self.thread(name)?;
        let lane = self.timeline.lane(name)?;
        Ok(time_at(lane, Activity::Ready, self.all_there) as f64 / 1e6)
    }

    /// The run drawn.
    pub fn figure(&self) -> Figure {
        self.timeline.figure()
    }

    /// The run drawn, and below it `guess` beside what was measured. `what` is one of: "time slice" (the median, ms),
    /// "longest wait" (ms), "switches" (of all threads), "switches of NAME", "share of NAME" (percent).
    ///
    /// Anything else is answered with a note that names these.
    pub fn against(&self, what: &str, guess: f64) -> Figure {
        match self.measured(what) {
            Some((measured, symbol)) => self.figure().with_guess(what, guess, measured, symbol),
            None => {
                let mut timeline = self.timeline.clone();
                let known = "time slice, longest wait, switches, switches of NAME, share of NAME";
                timeline.notes.insert(0, format!("\"{what}\" is not measured here; these are: {known}"));
                timeline.figure()
            }
        }
    }

    fn measured(&self, what: &str) -> Option<(f64, &'static str)> {
        let of = |prefix: &str| self.thread(what.strip_prefix(prefix)?).ok();
        match what {
            "time slice" => Some((self.median_slice(), "ms")),
            "longest wait" => {
                let waits = self.threads.iter().flat_map(|thread| thread.waits.iter().copied());
                Some((waits.fold(0.0, f64::max), "ms"))
            }
            "switches" => {
                Some((self.threads.iter().map(|thread| thread.switches.all()).sum::<u64>() as f64, ""))
            }
            _ => of("switches of ")
                .map(|thread| (thread.switches.all() as f64, ""))
                .or_else(|| Some((self.percent(&of("share of ")?.name).ok()?, "%"))),
        }
    }

    /// Shows the run as the result of a notebook's cell.
    pub fn evcxr_display(&self) {
        self.figure().evcxr_display();
    }
}

impl ThreadOnCore {
    /// The median of its time slices, in milliseconds.
    pub fn median_slice(&self) -> f64 {
        median(self.slices.clone())
    }

    /// Its longest wait, in milliseconds.
    pub fn longest_wait(&self) -> f64 {
        self.waits.iter().copied().fold(0.0, f64::max)
    }
}

fn thread(lane: &Lane, seen: &Seen) -> ThreadOnCore {
    let waits = lane.spans().iter().filter(|span| span.activity == Activity::Ready).map(millis);
    ThreadOnCore {
        name: lane.name.clone(),
        tid: lane.tid,
        nice: seen.nice,
        policy: seen.policy,
        on_core: lane.total(Activity::Running) as f64 / 1e6,
        slices: slices(lane.spans()),
        waits: waits.collect(),
        switches: seen.switches,
        interrupts: seen.interrupts,
        steps: seen.steps,
    }
}

fn millis(span: &Span) -> f64 {
    span.length() as f64 / 1e6
}

/// How long the core was kept each time. What ended for another reason than being taken off counts only where nothing
/// else is there.
fn slices(spans: &[Span]) -> Vec<f64> {
    let (mut taken, mut given, mut had) = (Vec::new(), Vec::new(), 0.0);
    for span in spans {
        match span.activity {
            Activity::Running => had += millis(span),
            Activity::Ready if span.length() < VISIT => {}
            _ if had == 0.0 => {}
            Activity::Ready => taken.push(std::mem::take(&mut had)),
            _ => given.push(std::mem::take(&mut had)),
        }
    }
    if had > 0.0 {
        given.push(had);
    }
    if taken.is_empty() { given } else { taken }
}

/// Nanoseconds spent on `activity` between two moments.
fn time_at(lane: &Lane, activity: Activity, (from, to): (u64, u64)) -> u64 {
    let pieces = lane.spans().iter().filter(|span| span.activity == activity);
    pieces.map(|span| span.end.min(to).saturating_sub(span.start.max(from))).sum()
}

/// The middle value; not a number where there is none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn interrupted(threads: &[ThreadOnCore]) -> Option<String> {
    let count: u64 = threads.iter().map(|thread| thread.interrupts.count).sum();
    let time: u64 = threads.iter().map(|thread| thread.interrupts.time).sum();
    let longest = threads.iter().map(|thread| thread.interrupts.longest).max().unwrap_or(0);
    (count > 0).then(|| {
        format!(
            "{count} gaps without a switch were interrupts ({:.1} ms in all, the longest {:.2} ms): they count as running",
            time as f64 / 1e6,
            longest as f64 / 1e6
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Activity::{Ready, Running, Waiting};

    fn spans(pieces: &[(u64, Activity)]) -> Vec<Span> {
        let mut lane = Lane::new("ada");
        let mut at = 0;
        for (length, activity) in pieces {
            lane = lane.with_span(at..at + length, *activity, "x").unwrap();
            at += length;
        }
        lane.spans().to_vec()
    }

    #[test]
    fn a_visit_of_a_worker_does_not_end_a_slice_and_the_last_piece_is_none() {
        let ms = 1_000_000;
        let pieces = [(3 * ms, Running), (8_000, Ready), (ms, Running), (8 * ms, Ready), (2 * ms, Running)];
        assert_eq!(slices(&spans(&pieces)), [4.0]);
    }

    #[test]
    fn a_thread_that_lost_the_core_to_nobody_has_the_pieces_it_gave_up() {
        let ms = 1_000_000;
        let pieces = [(ms, Running), (5 * ms, Waiting), (20_000, Ready), (2 * ms, Running)];
        assert_eq!(slices(&spans(&pieces)), [1.0, 2.0]);
    }

    #[test]
    fn the_median_of_nothing_is_not_a_number() {
        assert!(median(Vec::new()).is_nan());
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
