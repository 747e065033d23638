//! A timeline as a trace that Perfetto and chrome://tracing open.
//!
//! The format is the JSON Trace Event Format
//! (<https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>): complete events (`X`) with
//! the real process and thread number and times in microseconds of the shared clock, instants (`i`) for marks, flows
//! (`s`, `f`) for arrows. Lanes that share a thread (tasks, coroutines) become async events (`b`, `e`), which may
//! overlap on one thread.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::{Arrow, Lane, Span, Timeline};
use crate::error::Error;

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
        let title = Value::from(self.title.as_str());
        writeln!(out, "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"title\":{title}}},\"traceEvents\":[")?;
        let mut threads = HashSet::new();
        let mut first = true;
        let mut put = |event: Value| {
            let comma = if std::mem::take(&mut first) { "" } else { ",\n" };
            write!(out, "{comma}{event}")
        };
        for (number, lane) in self.lanes.iter().enumerate() {
            let own_thread = threads.insert((lane.pid, lane.tid));
            if own_thread {
                put(json!({"ph": "M", "name": "thread_name", "pid": lane.pid, "tid": lane.tid,
                           "args": {"name": lane.name}}))?;
            }
            for span in lane.spans() {
                if own_thread {
                    put(complete(lane, span))?;
                } else {
                    put(begin(lane, span, number))?;
                    put(end(lane, span, number))?;
                }
            }
            for mark in lane.marks() {
                put(json!({"ph": "i", "s": "t", "name": mark.label, "cat": "mark",
                           "pid": lane.pid, "tid": lane.tid, "ts": micros(mark.at)}))?;
            }
        }
        for (id, arrow) in self.arrows.iter().enumerate() {
            put(flow(&self.lanes[arrow.from.0], arrow, id, "s", arrow.from.1))?;
            put(flow(&self.lanes[arrow.to.0], arrow, id, "f", arrow.to.1))?;
        }
        out.write_all(b"\n]}\n")
    }
}

fn micros(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e3
}

fn complete(lane: &Lane, span: &Span) -> Value {
    json!({"ph": "X", "name": lane.label(span), "cat": span.activity.name(), "pid": lane.pid, "tid": lane.tid,
           "ts": micros(span.start), "dur": micros(span.length()),
           "args": {"core": span.core, "ended": span.ended}})
}

fn begin(lane: &Lane, span: &Span, id: usize) -> Value {
    json!({"ph": "b", "id": id, "name": lane.label(span), "cat": lane.name, "pid": lane.pid, "tid": lane.tid,
           "ts": micros(span.start),
           "args": {"activity": span.activity.name(), "core": span.core, "ended": span.ended}})
}

fn end(lane: &Lane, span: &Span, id: usize) -> Value {
    json!({"ph": "e", "id": id, "name": lane.label(span), "cat": lane.name, "pid": lane.pid, "tid": lane.tid,
           "ts": micros(span.end)})
}

fn flow(lane: &Lane, arrow: &Arrow, id: usize, phase: &str, at: u64) -> Value {
    json!({"ph": phase, "bp": "e", "id": id, "name": arrow.label, "cat": "arrow", "pid": lane.pid,
           "tid": lane.tid, "ts": micros(at)})
}
