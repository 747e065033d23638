//! A timeline in words, for a person who cannot see the figure.

use std::fmt::Write;

use super::at_once::at_once;
use super::extras::{brief, in_order, says_mark};
use super::holds;
use super::hover::{says_arrow, summary};
use super::lanes::Sheet;
use super::numbers::{count, counted};
use super::rows::Row;
use crate::timeline::{Activity, Lane, LaneKind, Span};

/// A lane with more spans than this is summed up instead of told span by span.
const TOLD: usize = 8;
/// Beyond this many spans nobody waits for a sweep over all of them.
const SWEPT: usize = 20_000;

/// Title where it is asked for, length, a line for each row, what happened at the same time.
pub(super) fn describe(sheet: &Sheet, titled: bool) -> String {
    let timeline = sheet.timeline;
    let length = sheet.unit.write(sheet.length);
    let mut out = format!("{length}, {}.", counted(timeline.lanes.len(), "lane"));
    if titled {
        out = format!("{}: {out}", brief(&timeline.title));
    }
    if sheet.unit.story {
        let _ = write!(out, " Times in {}.", sheet.unit.axis());
    }
    for row in &sheet.rows {
        let lane = &timeline.lanes[row.lanes.start];
        let told = row.lanes.len() == 1 && lane.spans().len() + lane.marks().len() <= TOLD;
        let _ = write!(out, "\n- {}", if told { spans(sheet, lane) } else { sums(sheet, row) });
    }
    let spans: usize = timeline.lanes.iter().map(|lane| lane.spans().len()).sum();
    if timeline.lanes.len() > 1 && spans <= SWEPT {
        out.push_str(&at_once(timeline, sheet.unit));
    }
    out.push_str(&holds::describe(sheet));
    out.push_str(&arrows(sheet));
    out.push_str(&super::counters::describe(sheet));
    out
}

/// "Amir: 0 to 10.0 min waiting (reads the menu); …".
fn spans(sheet: &Sheet, lane: &Lane) -> String {
    let kind = if lane.kind == LaneKind::Story { String::new() } else { format!(" ({})", lane.kind.name()) };
    let mut out = format!("{}{kind}:", brief(&lane.name));
    for (index, span) in lane.spans().iter().enumerate() {
        let _ = write!(out, "{} {}", if index == 0 { "" } else { ";" }, one(sheet, lane, span));
    }
    for mark in in_order(lane) {
        let _ = write!(out, "; {} at {}", says_mark(mark), moment(sheet, mark.at));
    }
    if lane.spans().is_empty() && lane.marks().is_empty() { out + " nothing" } else { out }
}

fn one(sheet: &Sheet, lane: &Lane, span: &Span) -> String {
    let symbol = sheet.unit.symbol;
    let (from, to) = (moment(sheet, span.start), moment(sheet, span.end));
    let from = from.strip_suffix(symbol).unwrap_or(&from).trim_end();
    let mut text = format!("{from} to {to} {}", span.activity.name());
    let label = brief(lane.label(span));
    let core = span.core.filter(|_| span.activity == Activity::Running).map(|core| format!("core {core}"));
    let lock = holds::blocked_on(sheet.timeline, lane, span);
    let details: Vec<&str> = [Some(label.as_str()), lock.as_deref(), core.as_deref()]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    if !details.is_empty() {
        let _ = write!(text, " ({})", details.join(", "));
    }
    if let Some(outer) = outer(lane, span) {
        let _ = write!(text, ", inside {}", if outer.is_empty() { "another span" } else { &outer });
    }
    if !span.ended {
        text.push_str(", never ended");
    }
    text
}

/// The label of the span that `span` lies in.
fn outer(lane: &Lane, span: &Span) -> Option<String> {
    let depth = span.depth.checked_sub(1)?;
    let around = |other: &&Span| other.depth == depth && other.start <= span.start && other.end >= span.end;
    lane.spans().iter().rfind(around).map(|outer| brief(lane.label(outer)))
}

fn sums(sheet: &Sheet, row: &Row) -> String {
    let mut out = summary(sheet, row).replacen(" · ", ": ", 1).replace(" · ", ", ");
    if row.lanes.len() > 1 {
        let _ = write!(out, " (sums over {} lanes)", count(row.lanes.len() as u64));
        return out;
    }
    let lane = &sheet.timeline.lanes[row.lanes.start];
    if !lane.marks().is_empty() {
        let _ = write!(out, ", {}", counted(lane.marks().len(), "mark"));
    }
    if !row.endless.is_empty() {
        let _ = write!(out, ", {} never ended", counted(row.endless.len(), "span"));
    }
    out
}

fn moment(sheet: &Sheet, at: u64) -> String {
    sheet.unit.write(at.saturating_sub(sheet.window.start))
}

fn arrows(sheet: &Sheet) -> String {
    let timeline = sheet.timeline;
    let name = |lane: usize| timeline.lanes.get(lane).map_or("?".to_owned(), |lane| brief(&lane.name));
    match timeline.arrows.len() {
        0 => String::new(),
        few @ 1..=TOLD => {
            let told = timeline.arrows.iter().map(|arrow| {
                let (from, to) = (moment(sheet, arrow.from.1), moment(sheet, arrow.to.1));
                format!(
                    "{} from {} at {from} to {} at {to}",
                    says_arrow(arrow),
                    name(arrow.from.0),
                    name(arrow.to.0)
                )
            });
            format!("\n{}: {}.", counted(few, "arrow"), told.collect::<Vec<_>>().join("; "))
        }
        many => format!("\n{}.", counted(many, "arrow")),
    }
}
