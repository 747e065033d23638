//! A recording turned round: not what each thread did, but whom each core had.

use std::collections::BTreeMap;

use super::{Activity, Lane, LaneKind, Span, Timeline};

/// A lane for each core on which something of `run` ran, with a span, named after its thread, for each turn.
///
/// For runs whose lanes write down when they were off the core, as [`LaneWriter::work`](crate::record::LaneWriter::work)
/// and [`step`](crate::record::LaneWriter::step) do.
pub fn per_core(run: &Timeline) -> Timeline {
    let mut turns = BTreeMap::<u16, Vec<(Span, &str)>>::new();
    for lane in &run.lanes {
        for span in lane.spans().iter().filter(|span| span.activity == Activity::Running) {
            if let Some(core) = span.core {
                turns.entry(core).or_default().push((*span, &lane.name));
            }
        }
    }
    let mut turned = Timeline::new(format!("{}, core by core", run.title));
    turned.notes = run.notes.clone();
    turned.lanes = turns.into_iter().map(|(core, turns)| lane(core, turns)).collect();
    turned.speak(run.unit);
    turned
}

fn lane(core: u16, mut turns: Vec<(Span, &str)>) -> Lane {
    turns.sort_by_key(|(span, _)| span.start);
    let mut lane = Lane::new(format!("core {core}")).of_kind(LaneKind::Core);
    for (span, name) in turns {
        let label = lane.label_index(name);
        // They were sorted just now.
        let _ = lane.push(Span { label, depth: 0, ..span });
    }
    lane
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_core_has_the_turns_of_all_threads_in_order() {
        let turn =
            |start, core| Span { core: Some(core), ..Span::new(start..start + 4, Activity::Running, 0) };
        let mut run = Timeline::new("two");
        for (name, turns) in [("ada", [turn(0, 0), turn(8, 1)]), ("bob", [turn(4, 0), turn(8, 0)])] {
            let mut lane = Lane::new(name);
            turns.into_iter().for_each(|turn| lane.push(turn).unwrap());
            run.lanes.push(lane);
        }
        let turned = per_core(&run);
        let names =
            |lane: &Lane| lane.spans().iter().map(|span| lane.label(span).to_owned()).collect::<Vec<_>>();
        assert_eq!(names(turned.lane("core 0").unwrap()), ["ada", "bob", "bob"]);
        assert_eq!(names(turned.lane("core 1").unwrap()), ["ada"]);
    }
}
