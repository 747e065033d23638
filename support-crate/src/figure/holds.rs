//! Locks: a thin bar below the lane for as long as it holds one, with the lock's name where it fits.

use std::fmt::Write;

use super::extras::brief;
use super::lanes::Sheet;
use super::layout::Place;
use super::palette::INK;
use super::panel::{Key, Pen};
use super::words::{clean, width};
use crate::timeline::{Hold, Lane, Span, Timeline};

/// Locks that one lane holds at once and that are drawn below each other; more lie on the last.
const MOST_LEVELS: usize = 3;
/// Bytes of bars in one panel.
const BYTES: usize = 25_000;

/// For each hold of a lane, how many others it lies below.
fn levels(lane: &Lane) -> Vec<usize> {
    let mut ends: Vec<u64> = Vec::new();
    let level = |hold: &Hold| {
        let free = ends.iter().position(|end| *end <= hold.start);
        let level = free.unwrap_or(ends.len()).min(MOST_LEVELS - 1);
        match ends.get_mut(level) {
            Some(end) => *end = hold.end.max(*end),
            None => ends.push(hold.end),
        }
        level
    };
    lane.holds.iter().map(level).collect()
}

/// How many bars lie below each other below a lane.
pub(super) fn depth(lane: &Lane) -> usize {
    levels(lane).into_iter().max().map_or(0, |level| level + 1)
}

/// A lock's name.
pub(super) fn name(timeline: &Timeline, lock: u16) -> String {
    timeline.locks.get(usize::from(lock)).map_or_else(|| format!("lock {lock}"), |name| brief(name))
}

/// Where one hold's bar lies: left, top, width, height.
fn frame(sheet: &Sheet, place: &Place, hold: &Hold, level: usize) -> (f64, f64, f64, f64) {
    let step = sheet.density.hold;
    let left = sheet.window.x(hold.start);
    let width = (sheet.window.x(hold.end) - left).max(0.8);
    (left, place.floor + 3.0 + step * level as f64, width, step - 2.0)
}

/// Every hold that has a row of its own, with its bar.
fn each<'sheet>(
    sheet: &'sheet Sheet,
    places: &'sheet [Place],
) -> impl Iterator<Item = (&'sheet Lane, &'sheet Hold, (f64, f64, f64, f64))> {
    let rows = sheet.rows.iter().zip(places).filter(|(row, _)| row.lanes.len() == 1);
    rows.flat_map(move |(row, place)| {
        let lane = &sheet.timeline.lanes[row.lanes.start];
        let holds = lane.holds.iter().zip(levels(lane));
        holds.map(move |(hold, level)| (lane, hold, frame(sheet, place, hold, level)))
    })
}

/// The bars.
pub(super) fn holds(sheet: &Sheet, places: &[Place]) -> String {
    let (mut bars, mut texts, mut last) = (String::new(), String::new(), (0, 0));
    for (_, hold, (left, top, wide, high)) in each(sheet, places) {
        let pixel = (left as i32, top as i32);
        if (wide < 1.0 && pixel == last) || bars.len() > BYTES {
            continue;
        }
        last = pixel;
        let _ = write!(bars, "M{left:.1} {top:.1}h{wide:.1}v{high:.1}h-{wide:.1}z");
        let name = clean(&name(sheet.timeline, hold.lock));
        if sheet.density.labels && width(&name, 9.5) + 8.0 <= wide && texts.len() < 20_000 {
            texts.push_str(&Pen::new(9.5, INK).write(left + 4.0, top + high - 2.5, &name));
        }
    }
    if bars.is_empty() {
        return bars;
    }
    format!(r#"<path class="holds" d="{bars}" {LOOK}/>{texts}"#)
}

/// A pale bar with a dark edge, unlike any activity's.
const LOOK: &str = r##"fill="#fbf5c4" stroke="#57606a" stroke-width=".8""##;

/// The legend's key of a lock that is held.
pub(super) fn key() -> Key {
    Key { name: "holds a lock".to_owned(), swatch: format!(r#"<path d="M0 3h24v9h-24z" {LOOK}/>"#) }
}

/// Hover texts: "ada holds the lock oven · from 3.0 to 9.0 min (6.0 min)".
pub(super) fn hover(sheet: &Sheet, places: &[Place], out: &mut String, bytes: usize) {
    let mut free_from = (f64::NEG_INFINITY, 0.0);
    for (lane, hold, frame) in each(sheet, places) {
        if frame.1 == free_from.1 && frame.0 < free_from.0 {
            continue;
        }
        free_from = (frame.0 + 1.0, frame.1);
        let unit = sheet.unit;
        let [from, to] = [hold.start, hold.end].map(|at| unit.write(at.saturating_sub(sheet.window.start)));
        let (who, lock, long) =
            (brief(&lane.name), name(sheet.timeline, hold.lock), unit.write(hold.end - hold.start));
        let kept = if hold.ended { "" } else { " · never let go" };
        let how = if hold.shared { " to read" } else { "" };
        super::hover::add(
            out,
            bytes,
            frame,
            &format!("{who} holds {lock}{how} · from {from} to {to} ({long}){kept}"),
        );
    }
}

/// What a blocked span waits for: "on oven, held by ada"; nothing where that is not known.
pub(super) fn blocked_on(timeline: &Timeline, lane: &Lane, span: &Span) -> Option<String> {
    let lock = span.lock?;
    let mut text = format!("on {}", name(timeline, lock));
    let holders = timeline.holders(lock, span.start..span.end);
    let mut others: Vec<String> = holders.into_iter().filter(|name| *name != lane.name).map(brief).collect();
    if others.len() > 3 {
        let more = others.split_off(3).len();
        others.push(format!("{more} more"));
    }
    if !others.is_empty() {
        let _ = write!(text, ", held by {}", others.join(", then "));
    }
    Some(text)
}

/// A line for each lane that held a lock, in words.
pub(super) fn describe(sheet: &Sheet) -> String {
    let mut out = String::new();
    let timeline = sheet.timeline;
    for lane in timeline.lanes.iter().filter(|lane| !lane.holds.is_empty()).take(super::rows::MOST_ROWS) {
        let _ = write!(out, "\n{} held", brief(&lane.name));
        for (index, hold) in lane.holds.iter().take(8).enumerate() {
            let [from, to] =
                [hold.start, hold.end].map(|at| sheet.unit.write(at.saturating_sub(sheet.window.start)));
            let kept = if hold.ended { "" } else { ", and never let go" };
            let and = if index == 0 { "" } else { ";" };
            let how = if hold.shared { " to read" } else { "" };
            let _ = write!(out, "{and} {}{how} from {from} to {to}{kept}", name(timeline, hold.lock));
        }
        match lane.holds.len().saturating_sub(8) {
            0 => out.push('.'),
            more => _ = write!(out, "; and {more} times more."),
        }
    }
    out
}
