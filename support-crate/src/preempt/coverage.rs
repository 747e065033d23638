//! Whose the core was at every moment: the threads', somebody else's, nobody's, or the CPU quota's.

use super::handover::MOMENT;
use crate::machine::Throttled;
use crate::timeline::{Activity, Lane, LaneKind, Span, Timeline};

/// A quota pauses for a good part of its period, which is 100 ms almost everywhere and 1 ms at the least.
const PAUSE: u64 = 1_000_000;

/// Whose the core was, in nanoseconds; the parts add up to the length of the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// From when the threads were let go to when the last was done.
    pub length: u64,
    /// One of the threads was on the core.
    pub threads: u64,
    /// A thread was ready, and somebody else had the core.
    pub others: u64,
    /// No thread wanted the core.
    pub unwanted: u64,
    /// All threads were paused because the CPU quota was used up.
    pub paused: u64,
    /// Holes of less than 50 µs: switching, and workers of the kernel that look in.
    pub switching: u64,
    /// Two threads seemed to be on the core at once; 0, unless something took a thread off its core.
    pub overlap: u64,
    /// How often the quota was used up.
    pub throttled: u64,
}

impl Coverage {
    /// The part of the time in which a thread wanted the core, and was let, that the lanes account for; from 0 to 1.
    pub fn covered(&self) -> f64 {
        let wanted = self.length.saturating_sub(self.unwanted + self.paused);
        if wanted == 0 { 1.0 } else { self.threads as f64 / wanted as f64 }
    }

    fn part(&mut self, hole: Hole) -> &mut u64 {
        match hole {
            Hole::Unwanted => &mut self.unwanted,
            Hole::Switching => &mut self.switching,
            Hole::Paused => &mut self.paused,
            Hole::Others => &mut self.others,
        }
    }

    /// What a reader of the figure must know.
    pub(super) fn notes(&self, core: usize) -> Vec<String> {
        let part = |time: u64| time as f64 / self.length.max(1) as f64 * 100.0;
        let mut covered = format!(
            "core {core}: these threads had it for {:.1} % of the time, others {:.1} %, switching took {:.1} %",
            part(self.threads),
            part(self.others),
            part(self.switching)
        );
        if self.unwanted > 0 {
            covered += &format!(", and nobody here wanted it for {:.1} %", part(self.unwanted));
        }
        covered += &match self.overlap {
            0 => "; at no moment were two of them on it".to_owned(),
            overlap => format!("; for {:.3} ms two seemed to be on it at once", overlap as f64 / 1e6),
        };
        let mut notes = vec![covered];
        if self.throttled > 0 {
            notes.push(format!(
                "the CPU quota was used up {} times: it paused all threads for {:.0} ms",
                self.throttled,
                self.paused as f64 / 1e6
            ));
        }
        notes
    }
}

/// A hole between the turns of the threads: whose the core was meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hole {
    Unwanted,
    Switching,
    Paused,
    Others,
}

/// Whose the core was in a recording of threads that shared one.
pub fn coverage(run: &Timeline) -> Coverage {
    let quota = run.lanes.iter().find(|lane| lane.kind == LaneKind::Quota);
    sweep(run, quota.map_or(0, |lane| lane.spans().len() as u64), |_, _| ())
}

/// Finds the time that no lane accounts for, and adds the lanes "others" and "CPU quota" for it where there is some.
pub(super) fn add_lanes(timeline: &mut Timeline, core: usize, throttled: Throttled) -> Coverage {
    let mut others = Lane::new("others").of_kind(LaneKind::Others);
    let mut quota = Lane::new("CPU quota").of_kind(LaneKind::Quota);
    let sums = sweep(timeline, throttled.times, |hole, time| match hole {
        Hole::Paused => {
            add(&mut quota, time, Activity::Blocked, "paused: the CPU quota is used up", core);
        }
        Hole::Others => add(&mut others, time, Activity::Running, "somebody else has the core", core),
        Hole::Unwanted | Hole::Switching => {}
    });
    timeline.lanes.extend([others, quota].into_iter().filter(|lane| !lane.spans().is_empty()));
    timeline.speak(timeline.unit);
    sums
}

/// Sums up whose the core was, and tells `hear` of each hole between the turns of the threads. The quota was used up
/// `throttled` times.
fn sweep(timeline: &Timeline, throttled: u64, mut hear: impl FnMut(Hole, (u64, u64))) -> Coverage {
    let threads = || timeline.lanes.iter().filter(|lane| lane.kind == LaneKind::Thread);
    let start = threads().filter_map(Lane::start).min().unwrap_or(0);
    let end = threads().filter_map(Lane::end).max().unwrap_or(start);
    let mut sums = Coverage { length: end - start, throttled, ..Coverage::default() };
    let mut until = start;
    for (from, to) in pieces(threads()).into_iter().chain([(end, end)]) {
        sums.overlap += until.min(to).saturating_sub(from);
        let hole = from.saturating_sub(until);
        if hole > 0 {
            let kind = match () {
                () if !somebody_is_ready(threads(), until + hole / 2) => Hole::Unwanted,
                () if hole < MOMENT => Hole::Switching,
                () if throttled > 0 && hole >= PAUSE => Hole::Paused,
                () => Hole::Others,
            };
            *sums.part(kind) += hole;
            hear(kind, (until, from));
        }
        sums.threads += to.saturating_sub(from.max(until));
        until = until.max(to);
    }
    sums
}

/// All stretches in which a thread was on the core, in order.
fn pieces<'run>(threads: impl Iterator<Item = &'run Lane>) -> Vec<(u64, u64)> {
    let running = threads.flat_map(Lane::spans).filter(|span| span.activity == Activity::Running);
    let mut pieces: Vec<(u64, u64)> = running.map(|span| (span.start, span.end)).collect();
    pieces.sort_unstable();
    pieces
}

/// Whether some lane was ready at this moment. The lanes' spans do not nest.
fn somebody_is_ready<'run>(mut threads: impl Iterator<Item = &'run Lane>, moment: u64) -> bool {
    threads.any(|lane| {
        let after = lane.spans().partition_point(|span| span.start <= moment);
        let last = after.checked_sub(1).map(|index| lane.spans()[index]);
        last.is_some_and(|span| span.activity == Activity::Ready && moment < span.end)
    })
}

fn add(lane: &mut Lane, (start, end): (u64, u64), activity: Activity, label: &str, core: usize) {
    let label = lane.label_index(label);
    let core = u16::try_from(core).ok();
    // Holes come in order, each with an end after its start.
    let _ = lane.push(Span { core, ..Span::new(start..end, activity, label) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use Activity::{Ready, Running, Waiting};

    const MS: u64 = 1_000_000;

    fn lane(name: &str, spans: &[(u64, u64, Activity)]) -> Lane {
        let add = |lane: Lane, &(start, end, activity): &(u64, u64, Activity)| {
            lane.with_span(start..end, activity, "x").unwrap()
        };
        spans.iter().fold(Lane::new(name).of_kind(LaneKind::Thread), add)
    }

    /// Ada and Bob take turns; somebody else comes in for 4 ms; for 6 ms nobody wants the core.
    fn shared() -> Timeline {
        let ada = [
            (0, 4 * MS, Running),
            (4 * MS, 12 * MS, Ready),
            (12 * MS, 14 * MS, Running),
            (14 * MS, 20 * MS, Waiting),
        ];
        let bob = [(0, 4 * MS + 6_000, Ready), (4 * MS + 6_000, 8 * MS, Running), (8 * MS, 12 * MS, Ready)];
        let bob = bob.into_iter().chain([(14 * MS, 20 * MS, Waiting)]).collect::<Vec<_>>();
        Timeline::new("shared").with_lane(lane("ada", &ada)).with_lane(lane("bob", &bob))
    }

    #[test]
    fn every_nanosecond_of_the_core_is_somebody_s() {
        let mut timeline = shared();
        let sums = add_lanes(&mut timeline, 1, Throttled::default());
        assert_eq!((sums.others, sums.unwanted, sums.switching, sums.overlap), (4 * MS, 6 * MS, 6_000, 0));
        assert_eq!(sums.threads + sums.others + sums.unwanted + sums.switching + sums.paused, sums.length);
        assert_eq!(timeline.lane("others").unwrap().nanos(Running), 4 * MS);
        assert!(timeline.lane("CPU quota").is_err());
    }

    #[test]
    fn where_the_quota_was_used_up_a_long_hole_is_called_by_its_name() {
        let mut timeline = shared();
        let sums = add_lanes(&mut timeline, 1, Throttled { times: 1, time: 4 * MS });
        assert_eq!((sums.others, sums.paused), (0, 4 * MS));
        assert!(timeline.lane("CPU quota").is_ok() && sums.notes(1)[1].contains("quota was used up 1 times"));
    }

    #[test]
    fn two_lanes_on_the_core_at_once_are_noticed() {
        let timeline = &mut Timeline::new("wrong")
            .with_lane(lane("ada", &[(0, 5, Running)]))
            .with_lane(lane("bob", &[(3, 9, Running)]));
        let sums = add_lanes(timeline, 0, Throttled::default());
        assert_eq!((sums.overlap, sums.threads), (2, 9));
    }
}
