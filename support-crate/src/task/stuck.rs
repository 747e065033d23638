//! Who keeps a run from ending: read off what was recorded until now.

use crate::error::Error;
use crate::record::{CANCELLED, PENDING, POLL, Recorder};
use crate::timeline::{Lane, Timeline};

/// So many are named.
const NAMED: usize = 5;

/// The run is at its limit: which tasks are pending, and were not woken.
pub(super) fn at_the_limit(recorder: &Recorder) -> Error {
    let run = recorder.timeline();
    let waiting = those_in(&run, PENDING);
    if waiting.is_empty() {
        return recorder.time_limit();
    }
    let was = if waiting.len() == 1 { "was" } else { "were" };
    recorder.stalled(&format!(
        "{} {was} pending; who was to wake them: a timer, a socket, somebody else? Or does another task never end?",
        list(&run, &waiting)
    ))
}

/// The run is at its end, and threads of it are not.
pub(super) fn never_ended(recorder: &Recorder) -> Error {
    let run = recorder.timeline();
    let polled = those_in(&run, POLL);
    let who = if polled.is_empty() {
        "a thread, of spawn_blocking or of a task that is not recorded, does not end".to_owned()
    } else {
        format!("{} does not come back from its poll", list(&run, &polled))
    };
    recorder
        .stalled(&format!("{who}, and nobody can stop a thread: look for a loop without an end or a lock"))
}

/// The lanes that are at this now, those longest at it first.
fn those_in<'run>(run: &'run Timeline, label: &str) -> Vec<&'run Lane> {
    let since = |lane: &Lane| lane.spans().last().map_or(0, |span| span.start);
    let at_it = |lane: &&Lane| {
        let last = lane.spans().iter().rfind(|span| span.depth == 0);
        let gone = lane.marks().iter().any(|mark| mark.label == CANCELLED);
        !gone && last.is_some_and(|last| !last.ended && lane.label(last) == label)
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
