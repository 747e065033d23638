//! What the spans of a lane are called, written where it fits and nowhere else.

use super::extras::in_order;
use super::lanes::Sheet;
use super::layout::Place;
use super::palette::{CARD, Hatch, INK};
use super::panel::{Pen, WIDTH};
use super::rows::{Piece, Row};
use super::words::{clean, width};
use crate::timeline::{Activity, Lane};

const SIZE: f64 = 11.5;
/// More labels than this nobody reads.
const MOST: usize = 250;

/// Labels in, above or beside the bars.
pub(super) fn labels(sheet: &Sheet, places: &[Place]) -> String {
    if !sheet.density.labels {
        return String::new();
    }
    let mut out = String::new();
    let mut left = MOST;
    for (row, place) in sheet.rows.iter().zip(places).filter(|(row, _)| row.lanes.len() == 1) {
        for (index, piece) in row.pieces.iter().enumerate() {
            let again = index > 0 && row.pieces[index - 1].span == piece.span;
            if left == 0 || again || row.outer.binary_search(&piece.span).is_ok() {
                continue;
            }
            let text = label(sheet, row, index, place);
            left -= usize::from(!text.is_empty());
            out.push_str(&text);
        }
    }
    out
}

/// A label that stays readable where an arrow or a grid line passes behind it.
pub(super) fn halo(text: &str) -> String {
    text.replacen(
        "<text",
        r##"<text stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke""##,
        1,
    )
}

fn label(sheet: &Sheet, row: &Row, index: usize, place: &Place) -> String {
    let piece = &row.pieces[index];
    let lane = &sheet.timeline.lanes[row.lanes.start];
    let span = &lane.spans()[piece.span];
    let name = clean(lane.label(span));
    let core = span.core.filter(|_| sheet.inks.cores() && span.activity == Activity::Running);
    let long = core
        .map(|core| if name.is_empty() { format!("core {core}") } else { format!("{name} · core {core}") });
    let (from, to) = (sheet.window.x(piece.start), sheet.window.x(piece.end));
    for text in long.iter().chain([&name]).filter(|text| !text.is_empty()) {
        let x = beside_marks(sheet, lane, from, width(text, SIZE));
        if x + width(text, SIZE) + 6.0 <= to {
            return inside(sheet, piece, place, x, text);
        }
    }
    // Beside its bar a label reads as if it were a bar's of its own, so nothing is said there twice.
    let is_new = || row.pieces[..index].iter().all(|before| lane.spans()[before.span].label != span.label);
    let free_until = row.pieces.get(index + 1).map_or(WIDTH - 6.0, |next| sheet.window.x(next.start));
    if !name.is_empty()
        && span.ended
        && alone(row, from, to, free_until)
        && width(&name, SIZE) + 12.0 <= free_until - to
        && is_new()
    {
        return halo(&Pen::new(SIZE, INK).write(to + 6.0, place.floor - 5.0, &name));
    }
    String::new()
}

/// Where a label in a bar begins, so that no mark's pin goes through it.
fn beside_marks(sheet: &Sheet, lane: &Lane, from: f64, width: f64) -> f64 {
    let mut x = from + 6.0;
    for pin in in_order(lane).iter().take(100).map(|mark| sheet.window.x(mark.at)) {
        if pin > x - 5.0 && pin < x + width + 3.0 {
            x = pin + 6.0;
        }
    }
    x
}

/// Whether nothing of the row, however narrow, lies between a piece and `until`.
fn alone(row: &Row, from: f64, to: f64, until: f64) -> bool {
    let first = row.cells.edges.partition_point(|edges| edges.1 <= to.max(from) + 0.01);
    row.cells.edges.get(first).is_none_or(|edges| edges.0 >= until - 0.01)
}

/// In a high bar in its middle; above a low one.
fn inside(sheet: &Sheet, piece: &Piece, place: &Place, x: f64, text: &str) -> String {
    let ink = &sheet.inks.inks[piece.kind];
    let high = ink.height * sheet.density.band;
    let room_above = sheet.density.band - high;
    if room_above >= 11.0 {
        return halo(&Pen::new(SIZE, INK).write(x, place.floor - high - 3.5, text));
    }
    let y = place.floor - high / 2.0 + SIZE * 0.36;
    let dark = ink.hatch == Hatch::Solid && [super::palette::BLUE, INK].contains(&ink.colour);
    if dark {
        Pen::new(SIZE, CARD).write(x, y, text)
    } else {
        let (left, top, plate) = (x - 4.0, y - 11.0, width(text, SIZE) * 0.93 + 8.0);
        format!(
            r#"<rect x="{left:.1}" y="{top:.1}" width="{plate:.1}" height="15" rx="2" fill="{CARD}" fill-opacity=".9"/>"#
        ) + &Pen::new(SIZE, INK).write(x, y, text)
    }
}
