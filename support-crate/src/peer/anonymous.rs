//! Timelines without names, to be told apart by what they show (lesson 17).

use super::{Errands, Peers};
use crate::error::Error;
use crate::timeline::{Lane, Timeline};

/// Who they are, in the order of the letters. Whoever reads this has looked.
const RUNTIMES: [&str; 4] = ["threading", "one after another", "multiprocessing", "asyncio"];

/// Four Python runtimes do the errands; their timelines, called A to D, say no longer whose they are.
///
/// # Errors
/// When one of them could not do its errands.
pub fn anonymous(errands: Errands) -> Result<[Timeline; 4], Error> {
    let mut peers = Peers::new(errands);
    let mut timelines = Vec::new();
    for (name, letter) in RUNTIMES.into_iter().zip(["A", "B", "C", "D"]) {
        let outcome = peers.quietly(name);
        if let Some(trouble) = outcome.troubles.first() {
            return Err(Error::InChild { says: format!("timeline {letter}: its runtime {trouble}") });
        }
        timelines.push(Timeline { title: letter.to_owned(), ..outcome.timeline.clone() });
    }
    let without_marks = |mut timeline: Timeline| {
        timeline.lanes = timeline.lanes.into_iter().map(Lane::without_marks).collect();
        timeline
    };
    let mut timelines = timelines.into_iter().map(without_marks);
    Ok(std::array::from_fn(|_| timelines.next().expect("there are four")))
}
