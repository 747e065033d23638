//! Where the rows of a timeline's panel stand, and how high they are.

use super::holds;
use super::rows::Row;
use crate::timeline::Timeline;

/// Heights that go with the number of rows in the whole figure.
#[derive(Clone, Copy)]
pub(super) struct Density {
    /// Height of a lane's bar at full height.
    pub band: f64,
    /// Free space between two lanes.
    pub gap: f64,
    /// Height of a lock's bar below its lane, with the space above it.
    pub hold: f64,
    /// Size of lane names.
    pub name: f64,
    /// Whether there is room for labels at spans, brackets and marks.
    pub labels: bool,
}

impl Density {
    pub fn of(rows: usize) -> Self {
        let (band, gap, hold, name, labels) = match rows {
            0..=10 => (28.0, 14.0, 14.0, 13.0, true),
            11..=18 => (22.0, 9.0, 13.0, 12.0, true),
            19..=30 => (14.0, 4.0, 5.0, 11.0, false),
            _ => (9.0, 3.0, 4.0, 10.0, false),
        };
        Self { band, gap, hold, name, labels }
    }
}

/// The vertical place of one row.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Upper edge of the row with its brackets.
    pub top: f64,
    /// The line that the bars stand on.
    pub floor: f64,
    /// Height of one level of brackets.
    pub level: f64,
}

impl Place {
    /// The upper edge of the brackets of one depth.
    pub fn bracket(&self, depth: usize) -> f64 {
        self.top + depth as f64 * self.level
    }
}

/// Levels of nesting that are bracketed; deeper ones are in the hover texts.
pub(super) const MOST_LEVELS: usize = 3;

/// Places of `rows` from `top` downwards, and where the last one ends.
pub(super) fn places(timeline: &Timeline, rows: &[Row], density: Density, top: f64) -> (Vec<Place>, f64) {
    let mut y = top;
    let place = |row: &Row| {
        let spans = timeline.lanes[row.lanes.start].spans();
        let depths = row.outer.iter().map(|span| usize::from(spans[*span].depth) + 1);
        let levels = depths.max().unwrap_or(0).min(MOST_LEVELS);
        let level = if density.labels { 16.0 } else { 4.0 };
        let marked = row.lanes.len() == 1 && !timeline.lanes[row.lanes.start].marks().is_empty();
        let above = levels as f64 * level + if marked && density.labels { 15.0 } else { 0.0 };
        let place = Place { top: y, floor: y + above + density.band, level };
        let held = if row.lanes.len() == 1 { holds::depth(&timeline.lanes[row.lanes.start]) } else { 0 };
        y = place.floor + held as f64 * density.hold + density.gap;
        place
    };
    let places = rows.iter().map(place).collect();
    (places, y)
}
