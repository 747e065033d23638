//! Numbers that changed during a run, as step lines on the time axis of the lanes, each in a strip of its own below them.

use std::fmt::Write;

use super::extras::brief;
use super::lanes::Sheet;
use super::numbers::{counted, number};
use super::palette::{INK, MUTED};
use super::panel::{Anchor, PAD, Pen};
use super::strips::put;
use super::words::{clean, shorten, width};
use crate::timeline::{Counter, Timeline};

/// Counters that are drawn; the others are named in a note.
const MOST: usize = 8;
/// Room above a line for its largest value, the line's own height, and the gap below.
const ABOVE: f64 = 16.0;
const HIGH: f64 = 34.0;
const BELOW: f64 = 12.0;
/// Bytes of one counter's line.
const LINE: usize = 12_000;
/// Hover texts of one counter.
const TOLD: usize = 200;

/// One counter's place in a panel.
pub(super) struct Strip<'sheet> {
    counter: &'sheet Counter,
    /// Upper edge of the line's field.
    top: f64,
    low: f64,
    high: f64,
}

/// The strips of a sheet from `top` downwards, and where the last one ends. Counters of the same name share a scale
/// with those of `others`, so that panels of a comparison compare.
pub(super) fn strips<'sheet>(
    sheet: &'sheet Sheet,
    others: &[&Timeline],
    top: f64,
) -> (Vec<Strip<'sheet>>, f64) {
    let mut y = top;
    let strip = |counter: &'sheet Counter| {
        let all = others.iter().flat_map(|timeline| &timeline.counters);
        let same = all.filter(|other| (&other.name, &other.unit) == (&counter.name, &counter.unit));
        let values = same.flat_map(|counter| &counter.points).map(|(_, value)| *value);
        let (low, high) =
            values.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let strip = Strip { counter, top: y + ABOVE, low, high };
        y += ABOVE + HIGH + BELOW;
        strip
    };
    let strips = sheet.timeline.counters.iter().take(MOST).map(strip).collect();
    (strips, y)
}

/// What a reader must know of counters that are not drawn.
pub(super) fn note(timeline: &Timeline) -> Option<String> {
    let more = timeline.counters.len().checked_sub(MOST).filter(|more| *more > 0)?;
    Some(format!("{} more were recorded and are not drawn", counted(more, "counter")))
}

/// "12 messages".
fn amount(counter: &Counter, value: f64) -> String {
    format!("{} {}", number(value), brief(&counter.unit)).trim_end().to_owned()
}

impl Strip<'_> {
    fn y(&self, value: f64) -> f64 {
        let range = if self.high > self.low { self.high - self.low } else { 1.0 };
        self.top + HIGH - (value - self.low) / range * HIGH
    }

    /// Its name and unit, its line, and its largest value where it was reached.
    pub(super) fn draw(&self, sheet: &Sheet) -> String {
        let (left, window) = (sheet.window.left, sheet.window);
        let (name, unit) = (clean(&self.counter.name), clean(&self.counter.unit));
        let room = left - PAD - 12.0;
        let mut out = Pen::new(12.0, INK).write(PAD, self.top + HIGH - 14.0, &shorten(&name, 12.0, room));
        out.push_str(&Pen::new(10.0, MUTED).write(PAD, self.top + HIGH - 1.0, &shorten(&unit, 10.0, room)));
        let line = self.line(sheet);
        let zero = self.y(0.0);
        let right = left + window.width;
        let _ = write!(
            out,
            r##"<path d="M{left} {zero:.1}V{line}V{zero:.1}z" fill="{MUTED}" fill-opacity=".18"/><path d="M{left} {zero:.1}H{right}" stroke="#c9cfd6" fill="none"/><path class="counter" d="M{left} {line}" stroke="{INK}" stroke-width="1.6" fill="none"/>"##
        );
        out + &self.most(sheet)
    }

    /// The line's commands after the first `M x`, from its value at the left edge to the right edge: where many changes
    /// fall into one column, the least and the most of them.
    fn line(&self, sheet: &Sheet) -> String {
        let window = sheet.window;
        let right = window.left + window.width;
        let columns = (LINE as f64 / 24.0).min(window.width);
        let column = |at: u64| ((window.x(at) - window.left) / window.width * columns) as u64;
        let mut out = String::new();
        put(&mut out, self.y(self.counter.at(window.start)));
        let mut points = self.counter.points.iter().filter(|(at, _)| *at >= window.start).peekable();
        while let Some((at, value)) = points.next() {
            let (mut least, mut most, mut last) = (*value, *value, *value);
            while let Some((_, value)) = points.next_if(|(next, _)| column(*next) == column(*at)) {
                (least, most, last) = (least.min(*value), most.max(*value), *value);
            }
            command(&mut out, 'H', window.x(*at).min(right));
            if least < most {
                command(&mut out, 'V', self.y(least));
                command(&mut out, 'V', self.y(most));
            }
            command(&mut out, 'V', self.y(last));
        }
        command(&mut out, 'H', right);
        out
    }

    /// The largest value, written above the place where it was reached first.
    fn most(&self, sheet: &Sheet) -> String {
        let most = self.counter.most();
        let never = self.counter.points.iter().all(|(_, value)| *value == 0.0);
        let says = if never { "always 0".to_owned() } else { amount(self.counter, most) };
        let at =
            self.counter.points.iter().find(|(_, value)| *value == most).map_or(sheet.window.start, |p| p.0);
        let (x, right) = (sheet.window.x(at), sheet.window.left + sheet.window.width);
        let fits = x + width(&says, 11.0) <= right;
        let pen = Pen::new(11.0, INK).bold();
        let y = self.y(most) - 5.0;
        if fits { pen.write(x + 2.0, y, &says) } else { pen.anchored(Anchor::End).write(right, y, &says) }
    }

    /// Hover texts: the whole in one line, and each value that lasts for a few pixels.
    pub(super) fn hover(&self, sheet: &Sheet, out: &mut String, bytes: usize) {
        let window = sheet.window;
        let whole = (window.left, self.top - 2.0, window.width, HIGH + 4.0);
        super::hover::add(out, bytes, whole, &self.summary(sheet));
        let points = &self.counter.points;
        let mut told = 0;
        for (index, (at, value)) in points.iter().enumerate() {
            let until = points.get(index + 1).map_or(sheet.timeline.end(), |next| next.0);
            let (from, to) = (window.x(*at), window.x(until.max(*at)));
            if to - from < 3.0 || told == TOLD {
                continue;
            }
            told += 1;
            let [start, end] = [*at, until].map(|at| sheet.unit.write(at.saturating_sub(window.start)));
            let text = format!(
                "{}: {} from {start} to {end}",
                brief(&self.counter.name),
                amount(self.counter, *value)
            );
            super::hover::add(out, bytes, (from, self.top - 2.0, to - from, HIGH + 4.0), &text);
        }
    }

    fn summary(&self, sheet: &Sheet) -> String {
        summary(sheet, self.counter)
    }
}

/// "queue: at most 12 messages (at 3.40 ms), 0 messages in the end".
fn summary(sheet: &Sheet, counter: &Counter) -> String {
    let most = counter.most();
    let at = counter.points.iter().find(|(_, value)| *value == most).map(|(at, _)| *at);
    let at = at.map_or(String::new(), |at| {
        format!(" (at {})", sheet.unit.write(at.saturating_sub(sheet.window.start)))
    });
    let (name, last) = (brief(&counter.name), counter.last());
    format!("{name}: at most {}{at}, {} in the end", amount(counter, most), amount(counter, last))
}

/// A line for each counter.
pub(super) fn describe(sheet: &Sheet) -> String {
    let counters = sheet.timeline.counters.iter().take(MOST);
    counters.map(|counter| format!("\n- counter {}", summary(sheet, counter))).collect()
}

/// The names of counters, for the width of the column of names.
pub(super) fn names<'timelines>(timelines: &[&'timelines Timeline]) -> impl Iterator<Item = &'timelines str> {
    timelines
        .iter()
        .flat_map(|timeline| timeline.counters.iter().take(MOST))
        .map(|counter| counter.name.as_str())
}

fn command(path: &mut String, letter: char, value: f64) {
    path.push(letter);
    put(path, value);
}
