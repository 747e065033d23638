//! From events to a timeline.

use std::collections::HashMap;

use super::event::{Event, Kind};
use super::hold::Grip;
use super::shared::{ROOM, Shared};
use super::track::{NOBODY, Track};
use crate::machine::now;
use crate::timeline::{Activity, Arrow, ArrowKind, Counter, Hold, Lane, Mark, MarkKind, Span, Timeline};

/// An arrow, by the lane it left and its number there.
type Key = (usize, u32);

/// What is collected over all lanes.
#[derive(Default)]
struct Between {
    sent: HashMap<Key, (ArrowKind, String, u64)>,
    received: HashMap<Key, (usize, u64)>,
    /// Arrows that leave and arrive at one moment.
    whole: Vec<Arrow>,
    counts: Vec<(u16, u64, f64)>,
}

/// The recording so far, which goes on.
pub(super) fn read(shared: &Shared) -> Timeline {
    let (end, tracks) = (now(), shared.tracks());
    let (mut timeline, mut between) = (Timeline::new(&shared.title), Between::default());
    for (number, track) in tracks.iter().enumerate() {
        timeline.lanes.push(lane(track, number, end, &mut between));
    }
    timeline.speak(shared.unit());
    own_threads_only(&mut timeline);
    timeline.locks = shared.locks();
    timeline.counters = counters(shared, std::mem::take(&mut between.counts));
    timeline.arrows = arrows(between);
    timeline.notes.extend(lost(shared, &tracks));
    timeline.notes.extend(timeline.notes_of_quick_channels());
    timeline
}

/// Where lanes share a thread, its CPU time is nobody's own.
fn own_threads_only(timeline: &mut Timeline) {
    let mut threads = HashMap::<u32, usize>::new();
    timeline.lanes.iter().for_each(|lane| *threads.entry(lane.tid).or_default() += 1);
    for lane in timeline.lanes.iter_mut().filter(|lane| threads[&lane.tid] > 1) {
        (lane.cpu, lane.switches) = (None, None);
    }
}

fn arrows(mut between: Between) -> Vec<Arrow> {
    let whole = |(key, to): (&Key, &(usize, u64))| {
        let (kind, label, at) = between.sent.remove(key)?;
        Some(Arrow { kind, label, from: (key.0, at), to: *to })
    };
    let mut arrows: Vec<Arrow> = between.received.iter().filter_map(whole).collect();
    arrows.append(&mut between.whole);
    arrows.sort_by_key(|arrow| (arrow.from.1, arrow.to.1, arrow.from.0, arrow.to.0));
    arrows
}

fn counters(shared: &Shared, mut counts: Vec<(u16, u64, f64)>) -> Vec<Counter> {
    counts.sort_by_key(|(_, at, _)| *at);
    let counter = |(number, (name, unit)): (usize, (String, String))| {
        let own = counts.iter().filter(|(counter, ..)| usize::from(*counter) == number);
        Counter { name, unit, points: own.map(|(_, at, value)| (*at, *value)).collect() }
    };
    shared.counters().into_iter().enumerate().map(counter).collect()
}

/// What found no room, and where the limit lies.
fn lost(shared: &Shared, tracks: &[std::sync::Arc<Track>]) -> Vec<String> {
    let sum = |of: fn(&Track) -> u64| tracks.iter().map(|track| of(track)).sum::<u64>();
    let (events, labels) = (sum(Track::lost), sum(Track::lost_labels));
    let room = match &shared.arena {
        None => format!("a recording holds {ROOM}"),
        Some(arena) => format!("a lane of a recording across processes holds {}", arena.events_a_lane()),
    };
    let bytes = super::arena::LABEL_BYTES;
    let told = [
        (events > 0).then(|| format!("{events} events found no room and are not shown; {room}")),
        (labels > 0).then(|| {
            format!(
                "{labels} labels found no room and are not shown; a lane of a recording across processes holds {} KB \
                 of them",
                bytes >> 10
            )
        }),
    ];
    told.into_iter().flatten().collect()
}

/// One lane while its events are read.
struct Reading {
    labels: Vec<String>,
    end: u64,
    spans: Vec<Span>,
    marks: Vec<Mark>,
    holds: Vec<Hold>,
    open: Vec<usize>,
    sent: u32,
}

fn lane(track: &Track, number: usize, end: u64, between: &mut Between) -> Lane {
    let strip = track.strip();
    let end = strip.and_then(|strip| strip.ended()).unwrap_or(end);
    // First the events, which end where they end now, then the labels, which are there before their events.
    let (events, labels) = (track.events(), track.labels());
    let mut reading = Reading {
        labels,
        end,
        spans: Vec::new(),
        marks: Vec::new(),
        holds: Vec::new(),
        open: Vec::new(),
        sent: 0,
    };
    events.for_each(|event| reading.takes(event, number, between));
    let Reading { labels, spans, mut marks, holds, .. } = reading;
    let ending = strip.and_then(|strip| strip.ending());
    marks.extend(ending.map(|label| Mark { at: end, kind: MarkKind::Ended, label }));
    let mut lane = Lane::recorded(track.name.clone(), labels, spans, marks).of_kind(track.kind);
    lane.holds = holds;
    lane.pid = strip.map_or_else(std::process::id, |strip| strip.pid());
    lane.tid = track.thread.get().copied().unwrap_or(0);
    (lane.cpu, lane.switches) = (track.used().cpu, track.used().switches);
    lane
}

impl Reading {
    fn label(&self, number: u32) -> String {
        self.labels.get(number as usize).cloned().unwrap_or_default()
    }

    fn takes(&mut self, event: Event, lane: usize, between: &mut Between) {
        let Event { time, kind, place, label } = event;
        match kind {
            Kind::Begin(activity) => self.begins(event, activity),
            Kind::Next(activity) => {
                self.ends(time);
                self.begins(event, activity);
            }
            Kind::End => self.ends(time),
            Kind::Mark(kind) => self.marks.push(Mark { at: time, kind, label: self.label(label) }),
            Kind::Send(kind) => {
                between.sent.insert((lane, self.sent), (kind, self.label(label), time));
                self.sent += 1;
            }
            Kind::Receive => {
                between.received.insert((usize::from(place.unwrap_or_default()), label), (lane, time));
            }
            Kind::From(_) if label == NOBODY => {}
            Kind::From(kind) => between.whole.push(Arrow {
                kind,
                label: kind.name().to_owned(),
                from: (label as usize, time),
                to: (lane, time),
            }),
            Kind::Holds => {
                let lock = place.unwrap_or_default();
                let (Grip { shared, tried }, end) = (Grip::unpack(label), self.end.max(time));
                self.holds.push(Hold { lock, start: time, end, ended: false, shared, tried });
            }
            Kind::Releases => {
                let mut held = self.holds.iter_mut().rev();
                if let Some(hold) = held.find(|hold| !hold.ended && Some(hold.lock) == place) {
                    (hold.end, hold.ended) = (time, true);
                }
            }
            Kind::Count => between.counts.push((place.unwrap_or_default(), time, f64::from(label))),
        }
    }

    fn begins(&mut self, event: Event, activity: Activity) {
        let Event { time, place, label, .. } = event;
        let depth = self.open.len().min(usize::from(u8::MAX)) as u8;
        self.open.push(self.spans.len());
        let (core, lock) = if activity == Activity::Blocked { (None, place) } else { (place, None) };
        // The end is not known yet: until it comes, the span reaches to the end of the recording.
        let (start, end) = (time, self.end.max(time));
        self.spans.push(Span { start, end, label, core, lock, activity, depth, ended: false });
    }

    fn ends(&mut self, time: u64) {
        if let Some(last) = self.open.pop() {
            (self.spans[last].end, self.spans[last].ended) = (time, true);
        }
    }
}
