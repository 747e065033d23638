//! The panel of a timeline: a row for each lane, with the time below.

use std::fmt::Write;

use super::arrows::arrows;
use super::axis::Scale;
use super::counters;
use super::describe::describe;
use super::extras::{brackets, marks, moments, ragged_ends};
use super::frame::{AXIS, time_frame};
use super::holds::holds;
use super::hover::hover;
use super::labels::labels;
use super::layout::{Density, Place, places};
use super::merge::Window;
use super::palette::{GRID, INK, Inks, MUTED};
use super::panel::{Anchor, PAD, Panel, Pen, WIDTH};
use super::rows::Row;
use super::strips;
use super::words::{clean, escape, shorten, width, wrap};
use crate::time::Unit;
use crate::timeline::Timeline;

/// What a panel is drawn from, beside its place in the figure.
pub(super) struct Sheet<'timeline> {
    pub timeline: &'timeline Timeline,
    pub window: Window,
    /// The unit of the figure's axis, and of all its panels.
    pub unit: Unit,
    /// How long the run took, in nanoseconds; the window may be longer.
    pub length: u64,
    pub rows: Vec<Row>,
    /// Whether cells were put together to keep the file small.
    pub coarse: bool,
    pub inks: &'timeline Inks,
    pub density: Density,
}

/// Widest column of lane names.
const NAMES: f64 = 150.0;

/// Where the plot begins, so that the names of all `lanes` fit or are shortened at a sensible width.
pub(super) fn left_edge<'name>(names: impl Iterator<Item = &'name str>, size: f64) -> f64 {
    let widest = names.map(|name| width(name, size)).fold(0.0, f64::max);
    (PAD + widest.clamp(24.0, NAMES) + 12.0).ceil()
}

/// Where the plot ends.
pub(super) fn right_edge() -> f64 {
    WIDTH - PAD - 14.0
}

/// Draws a sheet; `titled` puts the timeline's title above, `axis` the numbers below, `hover_bytes` bounds its
/// hover texts, `all` are the timelines of the figure.
pub(super) fn panel(sheet: &Sheet, titled: bool, axis: bool, hover_bytes: usize, all: &[&Timeline]) -> Panel {
    let mut body = String::new();
    let top = if titled { title(sheet, &mut body) } else { 4.0 };
    let (places, bottom) = places(sheet.timeline, &sheet.rows, sheet.density, top + 6.0);
    let (strips, bottom) = counters::strips(sheet, all, bottom);
    let (left, right) = (sheet.window.left, sheet.window.left + sheet.window.width);
    let length = sheet.unit.count(sheet.window.length);
    let name = sheet.unit.axis();
    let scale = Scale::exact(0.0, length, ticks(length));
    let frame = time_frame(left, right, bottom - top, &scale, axis.then_some(name.as_str()));
    let _ = write!(body, r#"<g transform="translate(0 {top:.0})">{frame}</g>"#);
    body.push_str(&names(sheet, &places));
    body.push_str(&bars(sheet, &places));
    for layer in [ragged_ends, moments, holds, brackets, arrows, marks, labels] {
        body.push_str(&layer(sheet, &places));
    }
    let mut hover = hover(sheet, &places, hover_bytes);
    for strip in &strips {
        body.push_str(&strip.draw(sheet));
        strip.hover(sheet, &mut hover, hover_bytes);
    }
    Panel { height: bottom + if axis { AXIS } else { 8.0 }, body, hover, text: describe(sheet, titled) }
}

/// How many ticks fit side by side: long numbers need more room.
fn ticks(length: f64) -> usize {
    if length < 1000.0 { 9 } else { 6 }
}

/// The title of one of several panels, with the length of its run; returns its height.
fn title(sheet: &Sheet, body: &mut String) -> f64 {
    let timeline = sheet.timeline;
    let length = sheet.unit.write(sheet.length);
    let title = clean(&timeline.title);
    let room = WIDTH - 2.0 * PAD - width(&length, 13.0) * 1.2 - 20.0;
    let lines = wrap(&title, 13.0 * 1.1, room, 2);
    for (line, text) in lines.iter().enumerate() {
        body.push_str(&Pen::new(13.0, INK).bold().write(PAD, 17.0 + 17.0 * line as f64, text));
    }
    let pen = Pen::new(13.0, INK).bold().anchored(Anchor::End);
    body.push_str(&pen.write(sheet.window.left + sheet.window.width, 17.0, &length));
    7.0 + 17.0 * lines.len() as f64
}

fn names(sheet: &Sheet, places: &[Place]) -> String {
    let mut out = String::new();
    let size = sheet.density.name;
    for (row, place) in sheet.rows.iter().zip(places) {
        let shown = shorten(&row.name, size, sheet.window.left - PAD - 12.0);
        let y = place.floor - sheet.density.band / 2.0 + size * 0.36;
        let text = Pen::new(size, INK).write(PAD, y, &shown);
        if shown == row.name {
            out.push_str(&text);
        } else {
            let _ = write!(out, "<g><title>{}</title>{text}</g>", escape(&row.name));
        }
    }
    out
}

/// The bars themselves: one path for each kind, standing on thin floors.
fn bars(sheet: &Sheet, places: &[Place]) -> String {
    let mut floors = String::new();
    let mut paths = vec![String::new(); sheet.inks.len()];
    for (row, place) in sheet.rows.iter().zip(places) {
        let _ = write!(floors, "M{} {:.1}h{}", sheet.window.left, place.floor + 0.5, sheet.window.width);
        strips::draw(&row.cells, &sheet.inks.inks, place.floor, sheet.density.band, &mut paths);
    }
    let mut out = format!(r##"<path d="{floors}" stroke="#c9cfd6" fill="none"/>"##);
    for (kind, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        let _ = write!(out, r#"<path class="k{kind}" fill="{}" d="{path}"/>"#, sheet.inks.fill(kind));
    }
    out
}

/// A panel that says that there is nothing to see.
pub(super) fn nothing(says: &str) -> Panel {
    let (middle, width) = (WIDTH / 2.0, WIDTH - 2.0 * PAD);
    let pen = Pen::new(13.0, MUTED).anchored(Anchor::Middle);
    let frame =
        format!(r#"<rect x="{PAD}" y="6" width="{width}" height="44" rx="6" fill="none" stroke="{GRID}"/>"#);
    Panel {
        height: 58.0,
        body: frame + &pen.write(middle, 32.0, says),
        hover: String::new(),
        text: says.to_owned(),
    }
}
