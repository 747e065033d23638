//! What lies on and above the bars: brackets of outer spans, ragged ends, moments and marks.

use std::fmt::Write;

use super::labels::halo;
use super::lanes::Sheet;
use super::layout::{MOST_LEVELS, Place};
use super::palette::{CARD, INK, MUTED};
use super::panel::{Anchor, Pen};
use super::strips::put;
use super::words::{clean, shorten, width};
use crate::timeline::{Lane, Mark, MarkKind};

/// Brackets above a lane: the spans that others lie in.
pub(super) fn brackets(sheet: &Sheet, places: &[Place]) -> String {
    let (mut path, mut texts) = (String::new(), String::new());
    for (row, place) in sheet.rows.iter().zip(places) {
        let lane = &sheet.timeline.lanes[row.lanes.start];
        for span in row.outer.iter().map(|index| &lane.spans()[*index]) {
            let depth = usize::from(span.depth);
            if depth >= MOST_LEVELS {
                continue;
            }
            let (left, right) = (sheet.window.x(span.start) + 0.5, sheet.window.x(span.end) - 0.5);
            let y = place.bracket(depth) + place.level - 3.0;
            let _ = write!(path, "M{left:.1} {y:.1}v-2.5H{right:.1}v2.5");
            let label = clean(lane.label(span));
            let room = right - left - 8.0;
            if sheet.density.labels && width(&label, 11.0) <= room && texts.len() < 20_000 {
                texts.push_str(&Pen::new(11.0, INK).write(left, y - 5.5, &label));
            }
        }
    }
    if path.is_empty() {
        path
    } else {
        format!(r#"<path d="{path}" fill="none" stroke="{MUTED}" stroke-width="1.4"/>{texts}"#)
    }
}

/// Teeth at the right end of spans that never ended.
pub(super) fn ragged_ends(sheet: &Sheet, places: &[Place]) -> String {
    let mut path = String::new();
    for (row, place) in sheet.rows.iter().zip(places) {
        let spans = sheet.timeline.lanes[row.lanes.start].spans();
        // Spans that never ended all lie in one another and end together, so one of them is enough.
        let Some(span) = row.endless.last().map(|index| &spans[*index]) else { continue };
        let right = sheet.window.x(span.end);
        let tooth = ((right - sheet.window.x(span.start)) / 2.0).clamp(1.0, 7.0);
        let step = sheet.density.band / 4.0;
        let _ = write!(path, "M{:.1} {:.1}", right + 1.0, place.floor);
        for _ in 0..4 {
            let _ = write!(path, "l{:.1} {:.2}l{tooth:.1} {:.2}", -tooth, -step / 2.0, -step / 2.0);
        }
        path.push('z');
    }
    if path.is_empty() { path } else { format!(r#"<path d="{path}" fill="{CARD}" stroke="{CARD}"/>"#) }
}

/// Spans of no length as hair lines, and a rug below the floor where pieces are too faint to be seen.
pub(super) fn moments(sheet: &Sheet, places: &[Place]) -> String {
    let (mut path, mut bytes_left) = (String::new(), 20_000_usize);
    for (row, place) in sheet.rows.iter().zip(places) {
        let before = path.len();
        for at in &row.moments {
            line(&mut path, sheet.window.x(*at), place.floor, -sheet.density.band);
        }
        for (cell, edges) in row.cells.edges.iter().enumerate() {
            let drawn: f64 = row
                .cells
                .shares(cell)
                .iter()
                .zip(&sheet.inks.inks)
                .map(|(share, ink)| share * ink.height)
                .sum();
            if drawn * sheet.density.band < 0.8 {
                line(&mut path, (edges.0 + edges.1) / 2.0, place.floor + 1.0, 2.5);
            }
        }
        bytes_left = bytes_left.saturating_sub(path.len() - before);
        if bytes_left == 0 {
            break;
        }
    }
    if path.is_empty() {
        path
    } else {
        format!(r#"<path d="{path}" fill="none" stroke="{INK}" stroke-width=".8"/>"#)
    }
}

fn line(path: &mut String, x: f64, y: f64, height: f64) {
    path.push('M');
    put(path, x);
    path.push(' ');
    put(path, y);
    path.push('v');
    put(path, height);
}

/// Marks as pins through the lane, labelled where there is room.
pub(super) fn marks(sheet: &Sheet, places: &[Place]) -> String {
    let (mut pins, mut heads, mut texts) = (String::new(), String::new(), String::new());
    for (row, place) in sheet.rows.iter().zip(places).filter(|(row, _)| row.lanes.len() == 1) {
        let marks = in_order(&sheet.timeline.lanes[row.lanes.start]);
        let top = place.floor - sheet.density.band;
        let (mut free_from, mut written_until) = (f64::NEG_INFINITY, sheet.window.left);
        for (index, mark) in marks.iter().enumerate() {
            let x = sheet.window.x(mark.at);
            if x < free_from || pins.len() > 25_000 {
                continue;
            }
            free_from = x + 1.0;
            line(&mut pins, x, place.floor, -sheet.density.band);
            let _ = write!(heads, "M{:.1} {:.1}h7l-3.5 5z", x - 3.5, top - 3.0);
            let until =
                marks.get(index + 1).map_or(super::panel::WIDTH - 4.0, |next| sheet.window.x(next.at));
            let label = says_mark(mark);
            if !sheet.density.labels || texts.len() >= 20_000 {
                continue;
            }
            let (pen, wide) = (Pen::new(10.5, INK), width(&label, 10.5) + 9.0);
            if wide <= until - x - 5.0 {
                texts.push_str(&halo(&pen.write(x + 6.0, top - 3.0, &label)));
                written_until = x + wide;
            } else if wide <= x - written_until {
                // At the end of a lane, where there is room only before it.
                texts.push_str(&halo(&pen.anchored(Anchor::End).write(x - 6.0, top - 3.0, &label)));
                written_until = x;
            } else {
                written_until = x + 5.0;
            }
        }
    }
    if pins.is_empty() {
        return pins;
    }
    format!(
        r#"<g fill="none"><path d="{pins}" stroke="{CARD}" stroke-width="3"/><path d="{pins}" stroke="{INK}" stroke-width="1.3"/></g><path d="{heads}" fill="{INK}"/>{texts}"#
    )
}

/// What a mark says: its label, and its kind where that is not the same: "panicked: burnt the cake".
pub(super) fn says_mark(mark: &Mark) -> String {
    let (label, kind) = (brief(&mark.label), mark.kind.name());
    match mark.kind {
        MarkKind::Note | MarkKind::Began | MarkKind::Ended => label,
        _ if label.is_empty() || label == kind => kind.to_owned(),
        _ => format!("{kind}: {label}"),
    }
}

/// The marks of a lane by time; plain data may hold them in any order.
pub(super) fn in_order(lane: &Lane) -> Vec<&Mark> {
    let mut marks: Vec<&Mark> = lane.marks().iter().collect();
    marks.sort_by_key(|mark| mark.at);
    marks
}

/// A text shortened for places where a hover text has the rest.
pub(super) fn brief(text: &str) -> String {
    shorten(&clean(text), 1.0, 60.0)
}
