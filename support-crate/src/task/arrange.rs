//! The lanes in the order they are read: what was polled above, who polled it below.

use super::run::SHUTDOWN;
use crate::record::POLL;
use crate::timeline::{Arrow, Lane, Timeline};

/// Whether the lane is the one of a thread that polls: "loop", "main", "worker 0" …
fn is_thread(lane: &Lane) -> bool {
    let name = lane.name.as_str();
    let named = ["loop", "main"].contains(&name)
        || name.strip_prefix("worker ").is_some_and(|number| number.parse::<usize>().is_ok());
    named && lane.spans().iter().all(|span| lane.label(span) != POLL)
}

/// The same timeline with the lanes of threads below the others. A main thread that polled nothing has no lane; the
/// moment it shut down is then marked in the first thread's.
pub(super) fn threads_last(mut timeline: Timeline) -> Timeline {
    let (mut order, threads): (Vec<usize>, Vec<usize>) =
        (0..timeline.lanes.len()).partition(|number| !is_thread(&timeline.lanes[*number]));
    let idle =
        |number: &usize| timeline.lanes[*number].name == "main" && timeline.lanes[*number].spans().is_empty();
    let (idle, mut busy): (Vec<usize>, Vec<usize>) = threads.into_iter().partition(idle);
    busy.sort_by_key(|number| timeline.lanes[*number].name.clone());
    if let (Some(idle), Some(first)) = (idle.first(), busy.first()) {
        let shutdown = timeline.lanes[*idle].marks().iter().find(|mark| mark.label == SHUTDOWN).cloned();
        shutdown.into_iter().for_each(|mark| timeline.lanes[*first].mark(mark.at, mark.label));
    }
    order.extend(busy);
    let mut places = vec![None; timeline.lanes.len()];
    order.iter().enumerate().for_each(|(new, old)| places[*old] = Some(new));
    let arrow = |arrow: Arrow| {
        let from = (places[arrow.from.0]?, arrow.from.1);
        Some(Arrow { from, to: (places[arrow.to.0]?, arrow.to.1), label: arrow.label })
    };
    timeline.arrows = timeline.arrows.into_iter().filter_map(arrow).collect();
    let mut lanes: Vec<Option<Lane>> = timeline.lanes.into_iter().map(Some).collect();
    timeline.lanes = order.iter().filter_map(|number| lanes[*number].take()).collect();
    timeline
}
