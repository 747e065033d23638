//! What a recording says of its chunks, on a [pool](crate::record::Recording::pool) or on rayon.

use crate::time::Time;
use crate::timeline::{Activity, ArrowKind, Lane, LaneKind, Share, Span, Timeline, middle};

/// A piece of work that a worker did in one go.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The worker's lane.
    pub worker: String,
    /// What it was called.
    pub label: String,
    /// When it began, in nanoseconds of the shared clock.
    pub start: u64,
    /// When it ended.
    pub end: u64,
}

impl Timeline {
    /// The chunks of all workers, lane after lane, each lane's in the order of time.
    pub fn chunks(&self) -> Vec<Chunk> {
        let of = |lane: &Lane, span: &Span| Chunk {
            worker: lane.name.clone(),
            label: lane.label(span).to_owned(),
            start: span.start,
            end: span.end,
        };
        self.workers().flat_map(|lane| chunks(lane).map(move |span| of(lane, span))).collect()
    }

    /// How many chunks were stolen: arrows from the worker that a chunk was dealt to, to the one that did it.
    pub fn steals(&self) -> usize {
        self.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Steal).count()
    }

    /// How long a chunk took; the median, so that chunks during which the kernel took the core away do not count.
    pub fn median_chunk(&self) -> Time {
        let lengths = self.workers().flat_map(chunks).map(Span::length).collect();
        self.time(middle(lengths).unwrap_or(0))
    }

    /// How long from the end of a chunk to the beginning of the next on the same worker: taking it from the queue, and
    /// writing it down; the median.
    pub fn median_between(&self) -> Time {
        let gaps = |lane| {
            let spans: Vec<&Span> = chunks(lane).collect();
            spans.windows(2).map(|two| two[1].start.saturating_sub(two[0].end)).collect::<Vec<_>>()
        };
        self.time(middle(self.workers().flat_map(gaps).collect()).unwrap_or(0))
    }

    /// The part of a worker's time that goes into bookkeeping, between chunks, and not into them: the median time
    /// [between](Self::median_between) two, as a share of it and the median [chunk](Self::median_chunk). 0 where no worker
    /// did two.
    pub fn bookkeeping(&self) -> Share {
        let (chunk, between) = (self.median_chunk(), self.median_between());
        if between > Time::ZERO { between / (chunk + between) } else { 0.0 }
    }

    fn workers(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(|lane| lane.kind == LaneKind::Worker)
    }
}

fn chunks(lane: &Lane) -> impl Iterator<Item = &Span> {
    lane.spans().iter().filter(|span| span.depth == 0 && span.activity == Activity::Running)
}
