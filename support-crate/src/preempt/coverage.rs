//! Whose the core was at every moment: the threads', somebody else's, nobody's, or the CPU quota's.

use super::handover::MOMENT;
use crate::machine::Throttled;
use crate::timeline::{Activity, Lane, Span, Timeline};

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

/// Finds the time that no lane accounts for, and adds the lanes "others" and "CPU quota" for it where there is some.
pub(super) fn add_lanes(timeline: &mut Timeline, core: usize, throttled: Throttled) -> Coverage {
    let (start, end) = (timeline.start(), timeline.end());
    let mut sums = Coverage { length: end - start, throttled: throttled.times, ..Coverage::default() };
    let (mut others, mut quota) = (Lane::new("others"), Lane::new("CPU quota"));
    let mut until = start;
    for (from, to) in pieces(timeline).into_iter().chain([(end, end)]) {
        sums.overlap += until.min(to).saturating_sub(from);
        let hole = from.saturating_sub(until);
        let middle = until + hole / 2;
        match () {
            () if hole == 0 => {}
            () if !somebody_is_ready(timeline, middle) => sums.unwanted += hole,
            () if hole < MOMENT => sums.switching += hole,
            () if throttled.times > 0 && hole >= PAUSE => {
                sums.paused += hole;
                add(&mut quota, (until, from), Activity::Blocked, "paused: the CPU quota is used up", core);
            }
            () => {
                sums.others += hole;
                add(&mut others, (until, from), Activity::Running, "somebody else has the core", core);
            }
        }
        sums.threads += to.saturating_sub(from.max(until));
        until = until.max(to);
    }
    timeline.lanes.extend([others, quota].into_iter().filter(|lane| !lane.spans().is_empty()));
    sums
}

/// All stretches in which a thread was on the core, in order.
fn pieces(timeline: &Timeline) -> Vec<(u64, u64)> {
    let spans = timeline.lanes.iter().flat_map(Lane::spans);
    let running = spans.filter(|span| span.activity == Activity::Running);
    let mut pieces: Vec<(u64, u64)> = running.map(|span| (span.start, span.end)).collect();
    pieces.sort_unstable();
    pieces
}

/// Whether some lane was ready at this moment. The lanes' spans do not nest.
fn somebody_is_ready(timeline: &Timeline, moment: u64) -> bool {
    timeline.lanes.iter().any(|lane| {
        let after = lane.spans().partition_point(|span| span.start <= moment);
        let last = after.checked_sub(1).map(|index| lane.spans()[index]);
        last.is_some_and(|span| span.activity == Activity::Ready && moment < span.end)
    })
}

fn add(lane: &mut Lane, (start, end): (u64, u64), activity: Activity, label: &str, core: usize) {
    let label = lane.label_index(label);
    let core = u16::try_from(core).ok();
    // Holes come in order, each with an end after its start.
    let _ = lane.push(Span { start, end, label, core, activity, depth: 0, ended: true });
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
        spans.iter().fold(Lane::new(name), add)
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
        assert_eq!(timeline.lane("others").unwrap().total(Running), 4 * MS);
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
