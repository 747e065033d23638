//! The lanes in the order they are read: what was polled above, who polled it below.

use crate::timeline::{Arrow, Lane, LaneKind, MarkKind, Timeline};

/// The same timeline with the lanes of threads that poll below the others. Where the body's thread polled nothing that is
/// recorded it has no lane; the moment it shut down is then marked in the first of the others.
pub(super) fn workers_last(mut timeline: Timeline) -> Timeline {
    let lanes = &timeline.lanes;
    let (workers, mut order): (Vec<usize>, Vec<usize>) =
        (0..lanes.len()).partition(|number| lanes[*number].kind == LaneKind::Worker);
    let idle = |number: &usize| {
        let lane = &lanes[*number];
        lane.spans().is_empty() && lane.marked(MarkKind::Shutdown).is_some()
    };
    let (idle, busy): (Vec<usize>, Vec<usize>) = workers.into_iter().partition(idle);
    if let (Some(idle), Some(first)) = (idle.first(), busy.first()) {
        let shutdown = lanes[*idle].marked(MarkKind::Shutdown).cloned();
        shutdown.into_iter().for_each(|mark| timeline.lanes[*first].push_mark(mark));
    }
    order.extend(busy);
    reorder(timeline, &order)
}

/// The timeline with these of its lanes, in this order.
fn reorder(mut timeline: Timeline, order: &[usize]) -> Timeline {
    let mut places = vec![None; timeline.lanes.len()];
    order.iter().enumerate().for_each(|(new, old)| places[*old] = Some(new));
    let arrow = |arrow: Arrow| {
        let (from, to) = ((places[arrow.from.0]?, arrow.from.1), (places[arrow.to.0]?, arrow.to.1));
        Some(Arrow { from, to, ..arrow })
    };
    timeline.arrows = timeline.arrows.into_iter().filter_map(arrow).collect();
    let mut lanes: Vec<Option<Lane>> = timeline.lanes.into_iter().map(Some).collect();
    timeline.lanes = order.iter().filter_map(|number| lanes[*number].take()).collect();
    timeline
}
