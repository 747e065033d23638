//! From a trace to a timeline, tolerant of what other programs write.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use serde_json::Value;

use super::lanes::Reading;
use super::scan::{Scanned, scan};
use crate::error::Error;
use crate::time::{MILLISECOND, MINUTE, SECOND, Unit};
use crate::timeline::{Activity, Arrow, ArrowKind, Counter, Hold, LaneKind, Mark, MarkKind, Span, Timeline};

/// The largest file that is read, in megabytes: it is held in memory several times.
const MOST_MB: u64 = 512;
/// The most lanes; a figure could not show more.
const LANES: usize = 20_000;

impl Timeline {
    /// Reads a trace in the Trace Event Format (JSON): one of [`write_trace`](Self::write_trace), or one that another
    /// program wrote with times of `CLOCK_MONOTONIC` in microseconds, such as VizTracer. What a program has to write
    /// stands in `timeline/trace/mod.rs`.
    ///
    /// What the format has and a timeline has not is left out, and so is what is broken, such as the last line of a
    /// program that was killed; a note says how much. What was written by [`write_trace`](Self::write_trace) comes back
    /// with its lanes, spans, marks, arrows, counters and locks.
    ///
    /// ```
    /// use timelanes::prelude::*;
    /// let run = record("two steps").threads(|run| run.lane("ada").wait("a pause", 1 * MILLISECOND))?;
    /// let path = std::env::temp_dir().join("timelanes-two-steps.json");
    /// run.write_trace(&path)?;
    /// assert_eq!(Timeline::read_trace(&path)?.lanes[0].spans(), run.lanes[0].spans());
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When the file cannot be read, is larger than 512 MB, or holds no trace.
    pub fn read_trace(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let fault = |because: String| Error::File {
            what: format!("the trace {} cannot be read", path.display()),
            because,
        };
        let size = std::fs::metadata(path).map_err(|error| fault(error.to_string()))?.len();
        if size > MOST_MB << 20 {
            return Err(fault(format!("it has {} MB, and at most {MOST_MB} MB are read", size >> 20)));
        }
        let bytes = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
        let mut trace = Trace::default();
        let scanned = scan(&String::from_utf8_lossy(&bytes), |event| trace.takes(event));
        if scanned.events == 0 && (scanned.broken > 0 || bytes.is_empty()) {
            let because =
                "it holds no trace event; one looks like {\"ph\":\"X\",\"name\":\"mixes\",\"ts\":5.2,…}";
            return Err(fault(because.to_owned()));
        }
        let name = path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(trace.timeline(&scanned, &name))
    }
}

/// By what a lane is known in a trace.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    /// The number of a lane that was written here.
    Own(u64),
    Thread(u64, u64),
    /// Process, category and id.
    Async(u64, String, String),
}

/// One end of an arrow: when, its phase, its lane.
struct End {
    at: u64,
    phase: char,
    lane: usize,
    kind: ArrowKind,
    label: String,
}

/// A trace while it is read.
#[derive(Default)]
struct Trace {
    lanes: Vec<Reading>,
    numbers: HashMap<Key, usize>,
    threads: HashMap<(u64, u64), String>,
    kinds: HashMap<(u64, u64), LaneKind>,
    processes: HashMap<u64, String>,
    /// By process, name and value.
    counters: BTreeMap<(u64, String, String), Vec<(u64, f64)>>,
    flows: BTreeMap<(String, String), Vec<End>>,
    locks: Vec<String>,
    /// Kinds of events that are not drawn, and how many.
    foreign: BTreeMap<String, usize>,
    /// Events without a time that makes sense, and of lanes past the most there may be.
    odd: usize,
    end: u64,
}

impl Trace {
    fn takes(&mut self, event: &Value) {
        let phase = event["ph"].as_str().unwrap_or_default();
        if phase == "M" {
            return self.names(event);
        }
        if !["X", "B", "E", "b", "n", "e", "S", "T", "F", "i", "I", "R", "s", "t", "f", "C"].contains(&phase)
        {
            let kind = if phase.is_empty() { "none" } else { phase };
            return *self.foreign.entry(kind.to_owned()).or_default() += 1;
        }
        if self.takes_at(event, phase).is_none() {
            self.odd += 1;
        }
    }

    /// Nothing for an event that makes no sense.
    fn takes_at(&mut self, event: &Value, phase: &str) -> Option<()> {
        let at = nanoseconds(&event["ts"])?;
        self.end = self.end.max(at);
        if phase == "C" {
            return self.counts(event, at);
        }
        let is_async = ["b", "n", "e", "S", "T", "F"].contains(&phase);
        let index = self.lane_of(event, is_async)?;
        let (args, name) = (&event["args"], event["name"].as_str().unwrap_or_default());
        let written_here = self.lanes[index].number.is_some();
        match phase {
            "X" => {
                let span = self.span(event, index, at, nanoseconds(&event["dur"]).or(Some(0)))?;
                let depth = written_here.then(|| args["depth"].as_u64().unwrap_or(0) as u8);
                self.lanes[index].whole(span, depth);
            }
            "b" if written_here && event["cat"] == "lock" => {
                let (lock, end) = (self.lock(name)?, at.checked_add(nanoseconds(&args["dur"])?)?);
                let ended = args["ended"] != Value::Bool(false);
                self.end = self.end.max(end);
                let [shared, tried] = ["shared", "tried"].map(|how| args[how] == Value::Bool(true));
                self.lanes[index].holds.push(Hold { lock, start: at, end, ended, shared, tried });
            }
            "b" if written_here => {
                let span = self.span(event, index, at, nanoseconds(&args["dur"]))?;
                self.lanes[index].whole(span, Some(args["depth"].as_u64().unwrap_or(0) as u8));
            }
            "e" if written_here => {}
            "B" | "b" | "S" => {
                let span = self.span(event, index, at, Some(0))?;
                self.lanes[index].begins(span);
            }
            "E" | "e" | "F" => self.lanes[index].ends(at),
            "s" | "t" | "f" => self.flows(event, index, at, phase),
            _ => {
                let kind = args["kind"].as_str().and_then(MarkKind::named).unwrap_or_default();
                self.lanes[index].marks.push(Mark { at, kind, label: name.to_owned() });
            }
        }
        Some(())
    }

    /// A span as an event tells it; `None` for one whose end makes no sense.
    fn span(&mut self, event: &Value, lane: usize, start: u64, length: Option<u64>) -> Option<Span> {
        let args = &event["args"];
        let end = start.checked_add(length?)?;
        self.end = self.end.max(end);
        let activity = [&args["activity"], &event["cat"]].into_iter().filter_map(Value::as_str);
        let activity =
            activity.filter_map(|word| Activity::ALL.into_iter().find(|known| known.name() == word));
        let label = self.lanes[lane].label(event["name"].as_str().unwrap_or_default());
        Some(Span {
            core: args["core"].as_u64().and_then(|core| u16::try_from(core).ok()),
            lock: args["lock"].as_str().and_then(|name| self.lock(name)),
            ended: args["ended"] != Value::Bool(false),
            ..Span::new(start..end, activity.into_iter().next().unwrap_or(Activity::Running), label)
        })
    }

    fn lock(&mut self, name: &str) -> Option<u16> {
        let known = self.locks.iter().position(|lock| lock == name).unwrap_or_else(|| {
            self.locks.push(name.to_owned());
            self.locks.len() - 1
        });
        u16::try_from(known).ok()
    }

    /// The lane that an event belongs to; `None` past the most there may be.
    fn lane_of(&mut self, event: &Value, is_async: bool) -> Option<usize> {
        let (pid, tid) = (number(&event["pid"]), number(&event["tid"]));
        let key = match event["args"]["lane"].as_u64() {
            Some(lane) => Key::Own(lane),
            None if is_async => {
                let id = ["id", "id2"].into_iter().map(|id| &event[id]).find(|id| !id.is_null());
                Key::Async(pid, text(&event["cat"]), id.map_or_else(String::new, text))
            }
            None => Key::Thread(pid, tid),
        };
        self.lane(key, pid, tid, event["name"].as_str())
    }

    fn lane(&mut self, key: Key, pid: u64, tid: u64, name: Option<&str>) -> Option<usize> {
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        if self.lanes.len() >= LANES {
            return None;
        }
        let mut lane = Reading::default();
        (lane.pid, lane.tid) = (pid as u32, tid as u32);
        match &key {
            Key::Own(number) => lane.number = Some(*number),
            Key::Thread(..) => {}
            Key::Async(_, category, id) => {
                let name = name.unwrap_or(category);
                (lane.name, lane.kind) = (Some(format!("{name} {id}")), Some(LaneKind::Task));
            }
        }
        self.lanes.push(lane);
        self.numbers.insert(key, self.lanes.len() - 1);
        Some(self.lanes.len() - 1)
    }

    /// What threads, processes and lanes are called.
    fn names(&mut self, event: &Value) {
        let (pid, tid, args) = (number(&event["pid"]), number(&event["tid"]), &event["args"]);
        let Some(name) = args["name"].as_str() else { return };
        let kind = args["kind"].as_str().and_then(LaneKind::named);
        match (event["name"].as_str(), args["lane"].as_u64()) {
            (_, Some(number)) => {
                if let Some(lane) = self.lane(Key::Own(number), pid, tid, None) {
                    (self.lanes[lane].name, self.lanes[lane].kind) = (Some(name.to_owned()), kind);
                }
            }
            (Some("thread_name"), _) => {
                self.threads.insert((pid, tid), name.to_owned());
                self.kinds.extend(kind.map(|kind| ((pid, tid), kind)));
            }
            (Some("process_name"), _) => _ = self.processes.insert(pid, name.to_owned()),
            _ => {}
        }
    }

    fn counts(&mut self, event: &Value, at: u64) -> Option<()> {
        let name = event["name"].as_str().unwrap_or_default();
        for (series, value) in event["args"].as_object()? {
            if let Some(value) = value.as_f64() {
                let key = (number(&event["pid"]), name.to_owned(), series.clone());
                self.counters.entry(key).or_default().push((at, value));
            }
        }
        Some(())
    }

    fn flows(&mut self, event: &Value, lane: usize, at: u64, phase: &str) {
        let args = &event["args"];
        let kind = args["kind"].as_str().and_then(ArrowKind::named).unwrap_or_default();
        let (label, phase) = (text(&event["name"]), phase.chars().next().unwrap_or_default());
        let key = (text(&event["cat"]), text(&event["id"]));
        self.flows.entry(key).or_default().push(End { at, phase, lane, kind, label });
    }

    fn timeline(mut self, scanned: &Scanned, name: &str) -> Timeline {
        let head = &scanned.head.get("otherData").cloned().unwrap_or_default();
        let mut timeline = Timeline::new(head["title"].as_str().unwrap_or(name));
        let places = self.places();
        let arrows = self.arrows(&places);
        timeline.counters = self.counters();
        timeline.locks = std::mem::take(&mut self.locks);
        timeline.notes.extend(head["notes"].as_array().into_iter().flatten().map(text));
        timeline.notes.extend(self.left_out(scanned));
        let names = self.lane_names();
        let mut lanes: Vec<_> = std::mem::take(&mut self.lanes)
            .into_iter()
            .zip(names)
            .enumerate()
            .filter_map(|(index, (mut lane, name))| {
                let thread = (u64::from(lane.pid), u64::from(lane.tid));
                lane.kind = lane.kind.or_else(|| self.kinds.get(&thread).copied());
                Some(((*places.get(&index)?), lane.lane(name, self.end)))
            })
            .collect();
        lanes.sort_by_key(|(place, _)| *place);
        timeline.lanes = lanes.into_iter().map(|(_, lane)| lane).collect();
        timeline.arrows = arrows;
        timeline.speak(unit(&head["unit"]));
        timeline
    }

    /// Where each lane stands: those written here by their number, then the others as they begin; empty ones nowhere.
    fn places(&self) -> HashMap<usize, usize> {
        let mut there: Vec<usize> =
            (0..self.lanes.len()).filter(|lane| !self.lanes[*lane].is_nothing()).collect();
        there.sort_by_key(|lane| {
            let lane = &self.lanes[*lane];
            (lane.number.unwrap_or(u64::MAX), lane.start())
        });
        there.into_iter().enumerate().map(|(place, lane)| (lane, place)).collect()
    }

    /// What each lane is called; threads of the same name by their process, and by their number.
    fn lane_names(&self) -> Vec<String> {
        let thread = |lane: &Reading| {
            let known = self.threads.get(&(lane.pid.into(), lane.tid.into()));
            known.cloned().unwrap_or_else(|| format!("thread {}", lane.tid))
        };
        let process = |lane: &Reading| {
            let known = self.processes.get(&u64::from(lane.pid));
            known.cloned().unwrap_or_else(|| format!("process {}", lane.pid))
        };
        let plain = |lane: &Reading| lane.name.clone().unwrap_or_else(|| thread(lane));
        let longer = |lane: &Reading| format!("{} · {}", plain(lane), process(lane));
        let counts = |names: Vec<String>| {
            let mut counts = HashMap::<String, usize>::new();
            names.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
            counts
        };
        let there = || self.lanes.iter().filter(|lane| !lane.is_nothing());
        let (plain_names, long_names) =
            (counts(there().map(plain).collect()), counts(there().map(longer).collect()));
        let name = |lane: &Reading| match (plain(lane), longer(lane)) {
            (name, _) if lane.number.is_some() || plain_names.get(&name).is_none_or(|count| *count < 2) => {
                name
            }
            (_, name) if long_names.get(&name).is_none_or(|count| *count < 2) => name,
            (_, name) => format!("{name} · {}", lane.tid),
        };
        self.lanes.iter().map(name).collect()
    }

    fn arrows(&mut self, places: &HashMap<usize, usize>) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        for mut ends in std::mem::take(&mut self.flows).into_values() {
            ends.sort_by_key(|end| end.at);
            let mut open: Option<End> = None;
            for end in ends {
                let place = |end: &End| Some((*places.get(&end.lane)?, end.at));
                if let Some(from) = open.as_ref().filter(|_| end.phase != 's')
                    && let (Some(left), Some(reached)) = (place(from), place(&end))
                {
                    let (kind, label) = (from.kind, from.label.clone());
                    arrows.push(Arrow { kind, label, from: left, to: reached });
                }
                open = (end.phase != 'f').then_some(end);
            }
        }
        arrows.sort_by_key(|arrow| (arrow.from.1, arrow.to.1, arrow.from.0, arrow.to.0));
        arrows
    }

    /// The counters; one with several values becomes several.
    fn counters(&mut self) -> Vec<Counter> {
        let all = std::mem::take(&mut self.counters);
        let mut series = HashMap::<(u64, String), usize>::new();
        all.keys().for_each(|(pid, name, _)| *series.entry((*pid, name.clone())).or_default() += 1);
        let counter = |((pid, name, value), mut points): ((u64, String, String), Vec<(u64, f64)>)| {
            points.sort_by_key(|point| point.0);
            let several = series[&(pid, name.clone())] > 1;
            let unit =
                if value == "value" || value == name || several { String::new() } else { value.clone() };
            Counter { name: if several { format!("{name}: {value}") } else { name }, unit, points }
        };
        let mut counters: Vec<Counter> = all.into_iter().map(counter).collect();
        counters.sort_by_key(|counter| counter.points.first().map(|point| point.0));
        counters
    }

    /// What a reader must know of what is not there.
    fn left_out(&self, scanned: &Scanned) -> Vec<String> {
        let foreign: usize = self.foreign.values().sum();
        let kinds: Vec<&str> = self.foreign.keys().take(8).map(String::as_str).collect();
        let told = [
            (foreign, format!("of kinds that are not drawn here ({})", kinds.join(", "))),
            (self.odd, "without a time, a length or a lane that makes sense".to_owned()),
            (scanned.broken, "that were broken, as by a program that ended while it wrote".to_owned()),
        ];
        let told = told.into_iter().filter(|(count, _)| *count > 0);
        told.map(|(count, what)| format!("events of the trace {what} are left out: {count}")).collect()
    }
}

/// The unit with this name, of those that runs are written in.
fn unit(name: &Value) -> Unit {
    let known = [MINUTE, SECOND, MILLISECOND].map(|time| time.unit());
    known.into_iter().find(|unit| *name == unit.name).unwrap_or(MILLISECOND.unit())
}

/// Microseconds, as a number or as text, in nanoseconds.
fn nanoseconds(micros: &Value) -> Option<u64> {
    let micros = micros.as_f64().or_else(|| micros.as_str()?.parse().ok())?;
    let nanoseconds = (micros * 1e3).round();
    (0.0..1.8e19).contains(&nanoseconds).then_some(nanoseconds as u64)
}

/// A process or thread; a name stands for a number of its own.
fn number(id: &Value) -> u64 {
    id.as_u64().unwrap_or_else(|| {
        if id.is_null() {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        id.to_string().hash(&mut hasher);
        hasher.finish() >> 32
    })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
