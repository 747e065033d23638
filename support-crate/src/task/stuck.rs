//! Who keeps a run from ending: read off what was recorded until now.

use crate::error::Error;
use crate::record::Recorder;
use crate::timeline::{Activity, Lane, LaneKind, MarkKind, Timeline, WaitsFor};

/// So many are named.
const NAMED: usize = 5;

/// The run is at its limit: which tasks are pending, and were not woken.
pub(super) fn at_the_limit(recorder: &Recorder) -> Error {
    let run = recorder.timeline();
    if let Some(told) = recorder.shared().at_the_limit() {
        return recorder.shared().stalled(&told);
    }
    let waiting = those_in(&run, Activity::Waiting);
    if waiting.is_empty() {
        return recorder.shared().time_limit();
    }
    let was = if waiting.len() == 1 { "was" } else { "were" };
    recorder.shared().stalled(&format!(
        "{} {was} pending; who was to wake them: a timer, a socket, somebody else? Or does another task never end?",
        list(&run, &waiting)
    ))
}

/// The run is at its end, and threads of it are not.
pub(super) fn never_ended(recorder: &Recorder) -> Error {
    let run = recorder.timeline();
    let polled = those_in(&run, Activity::Running);
    let who = if polled.is_empty() {
        "a thread, of spawn_blocking or of a task that is not recorded, does not end".to_owned()
    } else {
        format!("{} does not come back from its poll", list(&run, &polled))
    };
    recorder
        .shared()
        .stalled(&format!("{who}, and nobody can stop a thread: look for a loop without an end or a lock"))
}

/// The run ended at its limit: which polls were blocked on a lock right before, if any were.
pub(super) fn on_a_lock(recorder: &Recorder, run: &Timeline) -> Option<Error> {
    let edges = run.waits_for(recorder.deadline().saturating_sub(1));
    let says = |edge: &WaitsFor| {
        let holder = edge.holder.as_deref().map(|holder| format!(", which {holder} holds"));
        format!("{} waits for {}{}", edge.lane, edge.lock, holder.unwrap_or_default())
    };
    let all: Vec<String> = edges.iter().take(NAMED).map(says).collect();
    let because = "a thread that waits inside a poll polls nobody else";
    (!all.is_empty()).then(|| recorder.shared().stalled(&format!("{}; {because}", all.join("; "))))
}

/// The tasks that are at this now, those longest at it first.
fn those_in(run: &Timeline, activity: Activity) -> Vec<&Lane> {
    let since = |lane: &Lane| lane.spans().last().map_or(0, |span| span.start);
    let at_it = |lane: &&Lane| {
        let last = lane.spans().iter().rfind(|span| span.depth == 0);
        let alive = lane.kind == LaneKind::Task && lane.marked(MarkKind::Cancelled).is_none();
        alive && last.is_some_and(|last| !last.ended && last.activity == activity)
    };
    let mut lanes: Vec<&Lane> = run.lanes.iter().filter(at_it).collect();
    lanes.sort_by_key(|lane| since(lane));
    lanes
}

/// "Amir (since 1.2 ms), Kohli (since 3.0 ms) and 95 more".
fn list(run: &Timeline, lanes: &[&Lane]) -> String {
    let since = |lane: &Lane| {
        let start = lane.spans().last().map_or(0, |span| span.start);
        format!("{} (since {})", lane.name, run.unit.write(start.saturating_sub(run.start())))
    };
    let named: Vec<String> = lanes.iter().take(NAMED).map(|lane| since(lane)).collect();
    let more = lanes.len() - named.len();
    if more > 0 { format!("{} and {more} more", named.join(", ")) } else { named.join(", ") }
}
