//! Arrows between lanes: messages, wakes, stolen tasks.

use std::collections::HashSet;
use std::fmt::Write;

use super::lanes::Sheet;
use super::layout::Place;
use super::palette::{CARD, INK, VERMILLION};
use super::panel::Key;
use crate::timeline::{Arrow, ArrowKind};

/// More arrows than this are a black area.
pub(super) const MOST: usize = 300;
/// More than this of one kind are drawn thin and without an edge, so that what lies below them can be seen.
const CROWD: usize = 24;

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

/// How one kind of arrow is drawn: its dash, its width, its colour, and the head's shape.
struct Look {
    dash: &'static str,
    width: f64,
    colour: &'static str,
    head: Head,
}

#[derive(Clone, Copy, PartialEq)]
enum Head {
    Filled,
    Open,
    Diamond,
    Bar,
}

fn look(kind: ArrowKind) -> Look {
    let (dash, width, colour, head) = match kind {
        ArrowKind::Message => ("", 1.4, INK, Head::Filled),
        ArrowKind::Wake => ("4 3", 1.4, INK, Head::Open),
        ArrowKind::Steal => ("", 1.6, VERMILLION, Head::Diamond),
        ArrowKind::Fork => ("", 2.6, INK, Head::Filled),
        ArrowKind::Preempt => ("1.5 2.5", 1.8, VERMILLION, Head::Bar),
    };
    Look { dash, width, colour, head }
}

/// All arrows, those that would lie on one another once; each kind with its own dash and head.
pub(super) fn arrows(sheet: &Sheet, places: &[Place]) -> String {
    let mut seen = HashSet::new();
    let mut lines: [Vec<Line>; ArrowKind::ALL.len()] = Default::default();
    for arrow in &sheet.timeline.arrows {
        let Some(line) = line(sheet, places, arrow) else { continue };
        let pixel = [line.from.0, line.from.1, line.to.0, line.to.1].map(|value| value as i32);
        if seen.len() == MOST || !seen.insert(pixel) {
            continue;
        }
        lines[arrow.kind as usize].push(line);
    }
    let kinds = ArrowKind::ALL.iter().zip(&lines).filter(|(_, lines)| !lines.is_empty());
    kinds.map(|(kind, lines)| ink(&look(*kind), lines)).collect()
}

/// One kind's arrows, on a white edge that lifts them off the bars.
fn ink(look: &Look, lines: &[Line]) -> String {
    let Look { dash, width, colour, head } = look;
    let (width, edge) = if lines.len() > CROWD { (width * 0.4, 0.0) } else { (*width, width + 2.1) };
    let (mut shafts, mut heads) = (String::new(), String::new());
    lines.iter().for_each(|line| draw(line, *head, &mut shafts, &mut heads));
    let fill = if *head == Head::Open { CARD } else { colour };
    format!(
        r#"<g fill="none"><path d="{shafts}" stroke="{CARD}" stroke-width="{edge:.1}"/><path d="{shafts}" stroke="{colour}" stroke-width="{width:.1}" stroke-dasharray="{dash}"/></g><path d="{heads}" fill="{fill}" stroke="{colour}" stroke-width="1"/>"#
    )
}

/// One arrow's shaft and head.
fn draw(line: &Line, head: Head, shafts: &mut String, heads: &mut String) {
    let ((x, y), (to_x, to_y)) = (line.from, line.to);
    let length = (to_x - x).hypot(to_y - y).max(1.0);
    let (along_x, along_y) = ((to_x - x) / length, (to_y - y) / length);
    let point = |back: f64, side: f64| {
        (to_x - along_x * back - along_y * side, to_y - along_y * back + along_x * side)
    };
    let neck = point(if head == Head::Bar { 1.0 } else { 7.0 }, 0.0);
    let _ = write!(shafts, "M{x:.1} {y:.1}L{:.1} {:.1}", neck.0, neck.1);
    let corners: &[(f64, f64)] = match head {
        Head::Filled | Head::Open => &[(0.0, 0.0), (7.0, 3.5), (7.0, -3.5)],
        Head::Diamond => &[(0.0, 0.0), (5.0, 4.0), (10.0, 0.0), (5.0, -4.0)],
        Head::Bar => &[(0.0, 5.0), (2.4, 5.0), (2.4, -5.0), (0.0, -5.0)],
    };
    for (index, (back, side)) in corners.iter().enumerate() {
        let (x, y) = point(*back, *side);
        let _ = write!(heads, "{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" });
    }
    heads.push('z');
}

/// The legend's keys: every kind there is, or none where all arrows are messages.
pub(super) fn keys<'arrows>(arrows: impl Iterator<Item = &'arrows Arrow>) -> Vec<Key> {
    let mut there = vec![false; ArrowKind::ALL.len()];
    arrows.for_each(|arrow| there[arrow.kind as usize] = true);
    let kinds = ArrowKind::ALL.iter().filter(|kind| there[**kind as usize]).copied();
    let kinds: Vec<ArrowKind> = kinds.collect();
    if kinds == [ArrowKind::Message] { Vec::new() } else { kinds.into_iter().map(key).collect() }
}

fn key(kind: ArrowKind) -> Key {
    let line = Line { from: (0.0, 7.0), to: (25.0, 7.0) };
    Key { name: kind.name().to_owned(), swatch: ink(&look(kind), &[line]) }
}

/// What a reader must know of arrows that are not drawn.
pub(super) fn note(sheet: &Sheet) -> Option<String> {
    let arrows = &sheet.timeline.arrows;
    (arrows.len() > MOST).then(|| {
        format!("{} were recorded; at most {MOST} are drawn", super::numbers::counted(arrows.len(), "arrow"))
    })
}
