//! The lanes of a timeline as rows of pixels: one pass over the spans gathers everything that is drawn.

use std::ops::Range;

use super::merge::{Cells, Merger, Window};
use super::numbers::count;
use super::palette::Inks;
use super::sum::Sum;
use super::words::clean;
use crate::timeline::{Lane, Span, Timeline};

/// A piece of a lane that is wide enough to be seen by itself.
pub(super) struct Piece {
    pub start: u64,
    pub end: u64,
    /// Index of its span among the lane's.
    pub span: usize,
    pub kind: usize,
}

/// What a row did in total.
#[derive(Clone, Default)]
pub(super) struct Tally {
    /// Nanoseconds by kind.
    pub time: Vec<u64>,
    /// Pieces by kind.
    pub pieces: Vec<u64>,
}

/// One row of a figure: a lane, or a group of lanes where there are too many.
pub(super) struct Row {
    pub name: String,
    /// Indices of its lanes.
    pub lanes: Range<usize>,
    pub cells: Cells,
    pub tally: Tally,
    /// Empty in a group.
    pub pieces: Vec<Piece>,
    /// Indices of spans that have others inside and are wide enough to be bracketed.
    pub outer: Vec<usize>,
    /// Indices of spans that did not end.
    pub endless: Vec<usize>,
    /// Where spans of no length and marks lie, in nanoseconds; at most one a column.
    pub moments: Vec<u64>,
}

/// Rows that fit one below the other; beyond, lanes share rows.
pub(super) const MOST_ROWS: usize = 50;

/// The rows of a timeline.
pub(super) fn rows(timeline: &Timeline, window: Window, inks: &Inks) -> Vec<Row> {
    let group = timeline.lanes.len().div_ceil(MOST_ROWS).max(1);
    let starts = (0..timeline.lanes.len()).step_by(group);
    starts
        .map(|first| row(timeline, first..(first + group).min(timeline.lanes.len()), window, inks))
        .collect()
}

fn row(timeline: &Timeline, lanes: Range<usize>, window: Window, inks: &Inks) -> Row {
    let name = match &timeline.lanes[lanes.clone()] {
        [only] => clean(&only.name),
        [first, ..] => format!("{} + {}", clean(&first.name), count(lanes.len() as u64 - 1)),
        [] => String::new(),
    };
    let mut row = Row {
        name,
        lanes: lanes.clone(),
        cells: Cells::new(inks.len()),
        tally: Tally { time: vec![0; inks.len()], pieces: vec![0; inks.len()] },
        pieces: Vec::new(),
        outer: Vec::new(),
        endless: Vec::new(),
        moments: Vec::new(),
    };
    match &timeline.lanes[lanes] {
        [only] => row.take(only, window, inks),
        many => row.take_many(many, window, inks),
    }
    row
}

impl Row {
    fn take(&mut self, lane: &Lane, window: Window, inks: &Inks) {
        let mut merger = Merger::new(window, inks.len());
        let spans = lane.spans();
        for segment in lane.segments() {
            let kind = inks.kind(segment.activity, spans[segment.span].core);
            self.tally.time[kind] += segment.length();
            self.tally.pieces[kind] += 1;
            if merger.add(segment.start, segment.end, kind) {
                let piece = Piece { start: segment.start, end: segment.end, span: segment.span, kind };
                self.pieces.push(piece);
            }
        }
        self.cells = merger.finish();
        self.take_odd(spans, window);
    }

    /// What the pieces do not show: nesting, missing ends, spans of no length.
    fn take_odd(&mut self, spans: &[Span], window: Window) {
        let column = (window.length as f64 / window.width).ceil() as u64;
        let mut next_moment = 0;
        for (index, span) in spans.iter().enumerate() {
            if span.start == span.end && span.start >= next_moment {
                self.moments.push(span.start);
                next_moment = span.start.saturating_add(column);
            }
            if !span.ended {
                self.endless.push(index);
            }
            let inside = spans.get(index + 1).is_some_and(|next| next.depth > span.depth);
            if inside && span.length() / 4 >= column {
                self.outer.push(index);
            }
        }
    }

    fn take_many(&mut self, lanes: &[Lane], window: Window, inks: &Inks) {
        let mut sum = Sum::new(window, inks.len());
        for lane in lanes {
            for segment in lane.segments() {
                let kind = inks.kind(segment.activity, lane.spans()[segment.span].core);
                self.tally.time[kind] = self.tally.time[kind].saturating_add(segment.length());
                self.tally.pieces[kind] += 1;
                sum.add(segment.start, segment.end, kind);
            }
        }
        self.cells = sum.finish(lanes.len());
    }
}

/// All cores that ran something, for the inks of a figure by core.
pub(super) fn cores(timelines: &[&Timeline]) -> Vec<u16> {
    let lanes = timelines.iter().flat_map(|timeline| &timeline.lanes);
    let mut seen = vec![false; 1 + usize::from(u16::MAX)];
    for core in lanes.flat_map(|lane| lane.spans()).filter_map(|span| span.core) {
        seen[usize::from(core)] = true;
    }
    (0..=u16::MAX).filter(|core| seen[usize::from(*core)]).collect()
}
