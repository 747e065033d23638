//! A timeline as a trace that Perfetto and chrome://tracing open.
//!
//! Spans are complete events (`X`) with the real process and thread number and times in microseconds of the shared clock,
//! marks instants (`i`), arrows flows (`s`, `f`), counters `C`. Lanes that share a thread (tasks, coroutines) become
//! async events (`b`, `e`), which may overlap on one thread, and so do the times in which a lock was held.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::error::Error;
use crate::timeline::{Arrow, Hold, Lane, Span, Timeline};

impl Timeline {
    /// Writes the timeline to `path` for <https://ui.perfetto.dev> or chrome://tracing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_trace(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let fault = |error: std::io::Error| Error::File {
            what: format!("the trace {} cannot be written", path.display()),
            because: error.to_string(),
        };
        let mut out = BufWriter::new(std::fs::File::create(path).map_err(fault)?);
        self.trace_to(&mut out).and_then(|()| out.flush()).map_err(fault)
    }

    /// Event after event, so that a million spans never lie in memory a second time.
    fn trace_to(&self, out: &mut impl Write) -> std::io::Result<()> {
        let notes: Vec<String> = self
            .notes
            .iter()
            .cloned()
            .chain(self.fault.iter().map(|fault| format!("this run failed: {fault}")))
            .collect();
        let about = json!({"title": self.title, "unit": self.unit.name, "notes": notes});
        writeln!(out, "{{\"displayTimeUnit\":\"ms\",\"otherData\":{about},\"traceEvents\":[")?;
        let mut threads = HashSet::new();
        let mut first = true;
        let mut put = |event: Value| {
            let comma = if std::mem::take(&mut first) { "" } else { ",\n" };
            write!(out, "{comma}{event}")
        };
        for (number, lane) in self.lanes.iter().enumerate() {
            let own_thread = threads.insert((lane.pid, lane.tid));
            put(names(lane, number, own_thread))?;
            for span in lane.spans() {
                if own_thread {
                    put(self.complete(lane, span, number))?;
                } else {
                    put(self.begin(lane, span, number))?;
                    put(end(lane, lane.label(span), &lane.name, number.into(), number, span.end))?;
                }
            }
            for mark in lane.marks() {
                put(json!({"ph": "i", "s": "t", "name": mark.label, "cat": "mark",
                           "pid": lane.pid, "tid": lane.tid, "ts": micros(mark.at),
                           "args": {"lane": number, "kind": mark.kind.name()}}))?;
            }
            for (index, hold) in lane.holds.iter().enumerate() {
                let (lock, id) = (self.lock(hold.lock), format!("{number}.{index}"));
                put(held(lane, hold, lock, &id, number))?;
                put(end(lane, lock, "lock", id.into(), number, hold.end))?;
            }
        }
        for (id, arrow) in self.arrows.iter().enumerate() {
            put(self.flow(arrow, id, "s", arrow.from))?;
            put(self.flow(arrow, id, "f", arrow.to))?;
        }
        let pid = self.lanes.first().map_or(0, |lane| lane.pid);
        for counter in &self.counters {
            let unit = if counter.unit.is_empty() { "value" } else { &counter.unit };
            for (at, value) in &counter.points {
                put(json!({"ph": "C", "name": counter.name, "pid": pid, "ts": micros(*at),
                           "args": {unit: value}}))?;
            }
        }
        out.write_all(b"\n]}\n")
    }

    fn lock(&self, number: u16) -> &str {
        self.locks.get(usize::from(number)).map_or("", String::as_str)
    }

    fn complete(&self, lane: &Lane, span: &Span, number: usize) -> Value {
        json!({"ph": "X", "name": lane.label(span), "cat": span.activity.name(), "pid": lane.pid, "tid": lane.tid,
               "ts": micros(span.start), "dur": micros(span.length()), "args": self.details(span, number)})
    }

    fn begin(&self, lane: &Lane, span: &Span, number: usize) -> Value {
        let mut args = self.details(span, number);
        args["activity"] = span.activity.name().into();
        args["dur"] = micros(span.length()).into();
        json!({"ph": "b", "id": number, "name": lane.label(span), "cat": lane.name, "pid": lane.pid,
               "tid": lane.tid, "ts": micros(span.start), "args": args})
    }

    fn details(&self, span: &Span, number: usize) -> Value {
        let mut args = json!({"lane": number, "core": span.core, "ended": span.ended});
        if span.depth > 0 {
            args["depth"] = span.depth.into();
        }
        if let Some(lock) = span.lock {
            args["lock"] = self.lock(lock).into();
        }
        args
    }

    fn flow(&self, arrow: &Arrow, id: usize, phase: &str, (number, at): (usize, u64)) -> Value {
        let lane = &self.lanes[number];
        json!({"ph": phase, "bp": "e", "id": id, "name": arrow.label, "cat": "arrow", "pid": lane.pid,
               "tid": lane.tid, "ts": micros(at), "args": {"lane": number, "kind": arrow.kind.name()}})
    }
}

fn micros(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e3
}

/// What a lane is called: for Perfetto where it is the first of its thread, else for whoever reads it back.
fn names(lane: &Lane, number: usize, own_thread: bool) -> Value {
    json!({"ph": "M", "name": if own_thread { "thread_name" } else { "lane_name" }, "pid": lane.pid, "tid": lane.tid,
           "args": {"name": lane.name, "kind": lane.kind.name(), "lane": number}})
}

fn held(lane: &Lane, hold: &Hold, lock: &str, id: &str, number: usize) -> Value {
    json!({"ph": "b", "id": id, "name": lock, "cat": "lock", "pid": lane.pid, "tid": lane.tid, "ts": micros(hold.start),
           "args": {"lane": number, "held by": lane.name, "dur": micros(hold.end - hold.start), "ended": hold.ended,
                    "shared": hold.shared, "tried": hold.tried}})
}

fn end(lane: &Lane, name: &str, category: &str, id: Value, number: usize, at: u64) -> Value {
    json!({"ph": "e", "id": id, "name": name, "cat": category, "pid": lane.pid, "tid": lane.tid,
           "ts": micros(at), "args": {"lane": number}})
}
