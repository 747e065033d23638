//! What lanes did at the same time, in sentences.

use std::fmt::Write;

use crate::time::Unit;
use crate::timeline::{Activity, Lane, Timeline};

/// For each activity of more than one lane: how many did it at the same time at most, and for how long two or more.
pub(super) fn at_once(timeline: &Timeline, unit: Unit) -> String {
    let mut out = String::new();
    for activity in Activity::ALL {
        let does = |lane: &&Lane| lane.segments().any(|part| part.activity == activity);
        if timeline.lanes.iter().filter(does).count() < 2 {
            continue;
        }
        let name = activity.name();
        let (most, together) = sweep(timeline, activity);
        let together = unit.write(together);
        let _ = match most {
            0 | 1 => write!(out, "\nNever more than one lane was {name} at a time."),
            _ => {
                write!(out, "\nUp to {most} lanes were {name} at the same time; two or more for {together}.")
            }
        };
    }
    out
}

/// The most lanes at one moment, and the nanoseconds in which there were two or more.
fn sweep(timeline: &Timeline, activity: Activity) -> (i32, u64) {
    let mut edges = Vec::new();
    for part in timeline.lanes.iter().flat_map(Lane::segments).filter(|part| part.activity == activity) {
        edges.extend([(part.start, 1), (part.end, -1)]);
    }
    // An end sorts before a start at the same moment: touching is not overlapping.
    edges.sort_unstable();
    let (mut now, mut most, mut since, mut together) = (0, 0, 0, 0);
    for (at, change) in edges {
        together += if now > 1 { at - since } else { 0 };
        now += change;
        most = most.max(now);
        since = at;
    }
    (most, together)
}
