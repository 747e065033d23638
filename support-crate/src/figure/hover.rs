//! Hover texts: invisible shapes over the widest spans, as many as the budget allows.

use std::fmt::Write;

use super::arrows;
use super::extras::{brief, in_order, says_mark};
use super::holds;
use super::lanes::Sheet;
use super::layout::{MOST_LEVELS, Place};
use super::numbers::count;
use super::rows::{Piece, Row};
use super::words::escape;
use crate::timeline::{Activity, Arrow, ArrowKind, Lane, LaneKind, Span};

/// Invisible shapes with hover texts, at most `bytes` of them; wide spans before narrow ones.
pub(super) fn hover(sheet: &Sheet, places: &[Place], bytes: usize) -> String {
    let mut out = String::new();
    for (row, place) in sheet.rows.iter().zip(places) {
        let frame = (sheet.window.left, place.top, sheet.window.width, place.floor - place.top + 2.0);
        add(&mut out, bytes, frame, &summary(sheet, row));
    }
    for (row, piece) in widest(sheet) {
        let (place, row) = (&places[row], &sheet.rows[row]);
        let lane = &sheet.timeline.lanes[row.lanes.start];
        let left = sheet.window.x(piece.start);
        let frame = (
            left,
            place.floor - sheet.density.band,
            sheet.window.x(piece.end) - left,
            sheet.density.band + 2.0,
        );
        add(&mut out, bytes, frame, &says(sheet, lane, &lane.spans()[piece.span]));
    }
    holds::hover(sheet, places, &mut out, bytes);
    add_brackets(&mut out, bytes, sheet, places);
    add_marks(&mut out, bytes, sheet, places);
    add_arrows(&mut out, bytes, sheet, places);
    out
}

/// The pieces to be told about: all of them, or the widest where there are too many.
fn widest<'sheet>(sheet: &'sheet Sheet) -> Vec<(usize, &'sheet Piece)> {
    const MOST: usize = 4000;
    let pieces = sheet
        .rows
        .iter()
        .enumerate()
        .flat_map(|(row, data)| data.pieces.iter().map(move |piece| (row, piece)));
    let mut pieces: Vec<_> = pieces.collect();
    if pieces.len() > MOST {
        pieces.select_nth_unstable_by_key(MOST, |(row, piece)| {
            (u64::MAX - (piece.end - piece.start), *row, piece.start)
        });
        pieces.truncate(MOST);
        pieces.sort_unstable_by_key(|(row, piece)| (*row, piece.start));
    }
    pieces
}

/// Adds a shape unless the budget is used up: `frame` is left, top, width and height.
pub(super) fn add(out: &mut String, bytes: usize, frame: (f64, f64, f64, f64), text: &str) {
    let (left, top, width, height) = frame;
    let text = escape(text);
    if out.len() + text.len() + 100 <= bytes {
        let _ = write!(
            out,
            r#"<rect x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}"><title>{text}</title></rect>"#
        );
    }
}

/// "Amir: reads the menu · waiting · from 0 to 10.0 min (10.0 min)".
fn says(sheet: &Sheet, lane: &Lane, span: &Span) -> String {
    let unit = sheet.unit;
    let label = brief(lane.label(span));
    let [from, to] = [span.start, span.end].map(|at| unit.write(at.saturating_sub(sheet.window.start)));
    let from = from.strip_suffix(unit.symbol).unwrap_or(&from).trim_end();
    let mut text = format!("{}: ", brief(&lane.name));
    if !label.is_empty() {
        let _ = write!(text, "{label} · ");
    }
    let _ = write!(text, "{} · from {from} to {to} ({})", span.activity.name(), unit.write(span.length()));
    if let Some(lock) = holds::blocked_on(sheet.timeline, lane, span) {
        let _ = write!(text, " · blocked {lock}");
    }
    if let Some(core) = span.core.filter(|_| span.activity == Activity::Running) {
        let _ = write!(text, " · core {core}");
    }
    if !span.ended {
        text.push_str(" · never ended");
    }
    text
}

/// A row in one line: what hovering between the spans shows.
pub(super) fn summary(sheet: &Sheet, row: &Row) -> String {
    let mut text = brief(&row.name);
    let mut kinds = sheet.timeline.lanes[row.lanes.clone()].iter().map(|lane| lane.kind);
    if let Some(kind) =
        kinds.next().filter(|kind| *kind != LaneKind::Story && kinds.all(|other| other == *kind))
    {
        let _ = write!(text, " ({})", kind.name());
    }
    for (kind, ink) in sheet.inks.inks.iter().enumerate().filter(|(kind, _)| row.tally.pieces[*kind] > 0) {
        let (time, pieces) = (row.tally.time[kind], row.tally.pieces[kind]);
        let share = time as f64 / sheet.window.length as f64 / row.lanes.len() as f64 * 100.0;
        let _ = write!(text, " · {} {} ({share:.0} %", ink.name, sheet.unit.write(time));
        text.push_str(&if pieces == 1 { ")".to_owned() } else { format!(", {} pieces)", count(pieces)) });
    }
    text
}

fn add_brackets(out: &mut String, bytes: usize, sheet: &Sheet, places: &[Place]) {
    for (row, place) in sheet.rows.iter().zip(places) {
        let lane = &sheet.timeline.lanes[row.lanes.start];
        let outer = row.outer.iter().map(|index| &lane.spans()[*index]);
        for span in outer.filter(|span| usize::from(span.depth) < MOST_LEVELS) {
            let left = sheet.window.x(span.start);
            let top = place.bracket(span.depth.into());
            add(
                out,
                bytes,
                (left, top, sheet.window.x(span.end) - left, place.level),
                &says(sheet, lane, span),
            );
        }
    }
}

fn add_marks(out: &mut String, bytes: usize, sheet: &Sheet, places: &[Place]) {
    for (row, place) in sheet.rows.iter().zip(places).filter(|(row, _)| row.lanes.len() == 1) {
        let lane = &sheet.timeline.lanes[row.lanes.start];
        let mut free_from = f64::NEG_INFINITY;
        for mark in in_order(lane) {
            let x = sheet.window.x(mark.at);
            if x >= free_from {
                free_from = x + 1.0;
                let at = sheet.unit.write(mark.at.saturating_sub(sheet.window.start));
                let top = place.floor - sheet.density.band - 5.0;
                let text = format!("{}: {} at {at}", brief(&lane.name), says_mark(mark));
                add(out, bytes, (x - 4.0, top, 8.0, sheet.density.band + 5.0), &text);
            }
        }
    }
}

fn add_arrows(out: &mut String, bytes: usize, sheet: &Sheet, places: &[Place]) {
    for arrow in sheet.timeline.arrows.iter().take(arrows::MOST) {
        let Some(line) = arrows::line(sheet, places, arrow) else { continue };
        let unit = sheet.unit;
        let [from, to] = [arrow.from, arrow.to].map(|(lane, at)| {
            let at = unit.write(at.saturating_sub(sheet.window.start));
            format!("{} at {at}", brief(&sheet.timeline.lanes[lane].name))
        });
        let text = escape(&format!("{} · from {from} to {to}", says_arrow(arrow)));
        if out.len() + text.len() + 160 <= bytes {
            let ((x, y), (to_x, to_y)) = (line.from, line.to);
            let _ = write!(
                out,
                r#"<path d="M{x:.1} {y:.1}L{to_x:.1} {to_y:.1}" stroke="{}" stroke-width="9" stroke-opacity="0"><title>{text}</title></path>"#,
                super::palette::CARD
            );
        }
    }
}

/// What an arrow is about, with its kind where its label does not say it: "task 3 (steal)".
pub(super) fn says_arrow(arrow: &Arrow) -> String {
    let (label, kind) = (brief(&arrow.label), arrow.kind.name());
    match arrow.kind {
        ArrowKind::Message => label,
        _ if label.is_empty() || label == kind => kind.to_owned(),
        _ => format!("{label} ({kind})"),
    }
}
