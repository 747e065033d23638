//! Spans from events, lane by lane: whole ones, and those whose beginning and end are events of their own.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::timeline::{Hold, Lane, LaneKind, Mark, Span};

/// One lane while its events are read.
#[derive(Default)]
pub(super) struct Reading {
    pub name: Option<String>,
    pub kind: Option<LaneKind>,
    pub pid: u32,
    pub tid: u32,
    /// The number of a lane that was written here.
    pub number: Option<u64>,
    pub marks: Vec<Mark>,
    pub holds: Vec<Hold>,
    /// Whole spans, and how deep they were where that is known.
    whole: Vec<(Span, Option<u8>)>,
    /// Beginnings, and ends (none).
    edges: Vec<(u64, Option<Span>)>,
    labels: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Reading {
    /// The number of a label.
    pub fn label(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.labels.len() as u32;
        self.labels.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    pub fn whole(&mut self, span: Span, depth: Option<u8>) {
        self.whole.push((span, depth));
    }

    pub fn begins(&mut self, span: Span) {
        self.edges.push((span.start, Some(span)));
    }

    pub fn ends(&mut self, at: u64) {
        self.edges.push((at, None));
    }

    /// Whether nothing was recorded in it, nor its lane declared.
    pub fn is_nothing(&self) -> bool {
        let empty = self.whole.is_empty() && self.edges.is_empty() && self.marks.is_empty();
        empty && self.holds.is_empty() && self.number.is_none()
    }

    /// When it begins, for the order of lanes.
    pub fn start(&self) -> u64 {
        let spans = self.whole.iter().map(|(span, _)| span.start).chain(self.edges.iter().map(|edge| edge.0));
        spans.chain(self.marks.iter().map(|mark| mark.at)).min().unwrap_or(u64::MAX)
    }

    /// The lane; what never ended reaches to `end`.
    pub fn lane(mut self, name: String, end: u64) -> Lane {
        self.pair(end);
        // A lane written here is in order; of another program's, the outer of two that begin together is the longer one.
        match self.number {
            Some(_) => self.whole.sort_by_key(|(span, _)| span.start),
            None => self.whole.sort_by_key(|(span, _)| (span.start, Reverse(span.end))),
        }
        let mut open: Vec<u64> = Vec::new();
        let nested = |(span, depth): (Span, Option<u8>)| {
            while open.last().is_some_and(|end| *end <= span.start) {
                open.pop();
            }
            let depth = depth.unwrap_or(open.len().min(usize::from(u8::MAX)) as u8);
            open.push(span.end);
            Span { depth, ..span }
        };
        let spans = self.whole.into_iter().map(nested).collect();
        self.marks.sort_by_key(|mark| mark.at);
        self.holds.sort_by_key(|hold| hold.start);
        let mut lane = Lane::recorded(name, self.labels, spans, self.marks);
        (lane.kind, lane.pid, lane.tid) = (self.kind.unwrap_or(LaneKind::Thread), self.pid, self.tid);
        lane.holds = self.holds;
        lane
    }

    /// Beginnings and ends become whole spans.
    fn pair(&mut self, end: u64) {
        self.edges.sort_by_key(|edge| edge.0);
        let mut open: Vec<Span> = Vec::new();
        for (at, begins) in std::mem::take(&mut self.edges) {
            match begins {
                Some(span) => open.push(span),
                None => {
                    self.whole.extend(open.pop().map(|span| (Span { end: at, ended: true, ..span }, None)))
                }
            }
        }
        let endless = open.into_iter().map(|span| Span { end: end.max(span.start), ended: false, ..span });
        self.whole.extend(endless.map(|span| (span, None)));
    }
}
