//! Arrows between lanes: messages, wakes, stolen tasks.

use std::collections::HashSet;
use std::fmt::Write;

use super::lanes::Sheet;
use super::layout::Place;
use super::palette::{CARD, INK};
use crate::timeline::Arrow;

/// More arrows than this are a black area.
pub(super) const MOST: usize = 300;

/// An arrow's two ends in pixels.
pub(super) struct Line {
    pub from: (f64, f64),
    pub to: (f64, f64),
}

/// The row that shows a lane.
fn row_of(sheet: &Sheet, lane: usize) -> Option<usize> {
    sheet.rows.iter().position(|row| row.lanes.contains(&lane))
}

/// Where an arrow is drawn; nothing for one whose lanes are not there or share a row.
pub(super) fn line(sheet: &Sheet, places: &[Place], arrow: &Arrow) -> Option<Line> {
    let (from, to) = (row_of(sheet, arrow.from.0)?, row_of(sheet, arrow.to.0)?);
    let (source, target) = (&places[from], &places[to]);
    let band = sheet.density.band;
    let (from_y, to_y) = match from.cmp(&to) {
        std::cmp::Ordering::Less => (source.floor - band * 0.4, target.floor - band - 1.0),
        std::cmp::Ordering::Greater => (source.floor - band * 0.6, target.floor + 2.0),
        std::cmp::Ordering::Equal => return None,
    };
    Some(Line { from: (sheet.window.x(arrow.from.1), from_y), to: (sheet.window.x(arrow.to.1), to_y) })
}

/// All arrows, those that would lie on one another once.
pub(super) fn arrows(sheet: &Sheet, places: &[Place]) -> String {
    let (mut shafts, mut heads, mut seen) = (String::new(), String::new(), HashSet::new());
    for line in sheet.timeline.arrows.iter().filter_map(|arrow| line(sheet, places, arrow)) {
        let pixel = [line.from.0, line.from.1, line.to.0, line.to.1].map(|value| value as i32);
        if seen.len() == MOST || !seen.insert(pixel) {
            continue;
        }
        let ((x, y), (to_x, to_y)) = (line.from, line.to);
        let length = (to_x - x).hypot(to_y - y).max(1.0);
        let (along_x, along_y) = ((to_x - x) / length, (to_y - y) / length);
        let (neck_x, neck_y) = (to_x - along_x * 7.0, to_y - along_y * 7.0);
        let _ = write!(shafts, "M{x:.1} {y:.1}L{neck_x:.1} {neck_y:.1}");
        let (side_x, side_y) = (-along_y * 3.5, along_x * 3.5);
        let _ = write!(
            heads,
            "M{to_x:.1} {to_y:.1}L{:.1} {:.1}L{:.1} {:.1}z",
            neck_x + side_x,
            neck_y + side_y,
            neck_x - side_x,
            neck_y - side_y
        );
    }
    if shafts.is_empty() {
        return shafts;
    }
    format!(
        r#"<g fill="none"><path d="{shafts}" stroke="{CARD}" stroke-width="3.5"/><path d="{shafts}" stroke="{INK}" stroke-width="1.4"/></g><path d="{heads}" fill="{INK}" stroke="{CARD}" stroke-width=".8"/>"#
    )
}

/// What a reader must know of arrows that are not drawn.
pub(super) fn note(sheet: &Sheet) -> Option<String> {
    let arrows = &sheet.timeline.arrows;
    (arrows.len() > MOST).then(|| {
        format!("{} were recorded; at most {MOST} are drawn", super::numbers::counted(arrows.len(), "arrow"))
    })
}
