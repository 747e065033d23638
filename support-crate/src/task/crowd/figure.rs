//! Crowds beside each other: what one of each costs.

use super::Crowd;
use crate::figure::{Figure, bars, count, stacked};

/// Time, memory and switches for each of the crowds, divided by their number, in three charts.
pub fn figure(crowds: &[&Crowd]) -> Figure {
    let chart = |title: &str, unit: &str, value: fn(&Crowd) -> f64| {
        let named = |crowd: &&Crowd| (format!("{} {}", count(crowd.opened as u64), crowd.what), value(crowd));
        bars(title, unit, &crowds.iter().map(named).collect::<Vec<_>>())
    };
    let charts = [
        chart("time", "microseconds for each, from the first to the last", Crowd::time_each),
        chart("memory", "kilobytes for each, resident, while all wait", Crowd::memory_each),
        chart("switches", "times a thread left its core, for each", Crowd::switches_each),
    ];
    let figure = stacked("what it costs to wait", &charts);
    crowds.iter().flat_map(|crowd| &crowd.notes).fold(figure, |figure, note| figure.with_note(note))
}
