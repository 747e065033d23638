//! The trace file: read as Perfetto would, and read back; and the traces of other programs.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use timelanes::prelude::*;
use timelanes::timeline::ArrowKind;

fn path_of(name: &str) -> PathBuf {
    let thread = std::thread::current().id();
    std::env::temp_dir().join(format!("timelanes-{name}-{}-{thread:?}.json", std::process::id()))
}

fn written(timeline: &Timeline) -> Vec<Value> {
    let path = path_of("trace");
    timeline.write_trace(&path).unwrap();
    let trace: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    std::fs::remove_file(path).unwrap();
    trace["traceEvents"].as_array().unwrap().clone()
}

/// A timeline from a file that holds `text`.
fn read(text: &str) -> Result<Timeline, Error> {
    let path = path_of("read");
    std::fs::write(&path, text).unwrap();
    let read = Timeline::read_trace(&path);
    std::fs::remove_file(path).unwrap();
    read
}

fn of<'trace>(events: &'trace [Value], phase: &str) -> Vec<&'trace Value> {
    events.iter().filter(|event| event["ph"] == phase).collect()
}

#[test]
fn spans_are_complete_events_with_the_real_process_thread_and_microseconds() {
    let before = timelanes::machine::now() as f64 / 1e3;
    let run = record("traced")
        .threads(|run| {
            run.spawn("ada \"<&>\" 🍰", |lane| lane.wait("sleeps", 2 * MILLISECOND));
            run.spawn("bob", |lane| lane.work("spins", 2 * MILLISECOND));
        })
        .unwrap();
    let events = written(&run);
    let after = timelanes::machine::now() as f64 / 1e3;
    let spans = of(&events, "X");
    assert_eq!(spans.len(), run.lanes.iter().map(|lane| lane.spans().len()).sum::<usize>());
    for span in &spans {
        assert_eq!(span["pid"], std::process::id());
        let (start, length) = (span["ts"].as_f64().unwrap(), span["dur"].as_f64().unwrap());
        assert!(before <= start && start + length <= after);
    }
    let sleeping = spans.iter().find(|span| span["cat"] == "waiting").unwrap();
    assert!(sleeping["dur"].as_f64().unwrap() >= 2_000.0);
    let names: Vec<_> =
        of(&events, "M").iter().map(|event| event["args"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ada \"<&>\" 🍰", "bob"]);
}

#[test]
fn lanes_that_share_a_thread_become_async_events_which_may_overlap() {
    let recorder = Recorder::new("one thread");
    let (ada, bob) = (recorder.lane("ada"), recorder.lane("bob"));
    ada.becomes(Ready, "waits");
    bob.becomes(Ready, "waits");
    drop((ada, bob));
    let events = written(&recorder.finish().unwrap());
    assert_eq!(of(&events, "X").len(), 1);
    let (begins, ends) = (of(&events, "b"), of(&events, "e"));
    assert_eq!((begins.len(), ends.len()), (1, 1));
    assert_eq!(begins[0]["id"], ends[0]["id"]);
}

#[test]
fn marks_and_arrows_are_in_the_trace() {
    let recorder = Recorder::new("arrows");
    let (ada, bob) = (recorder.lane("ada"), recorder.lane("bob"));
    ada.mark("rings");
    bob.receive(ada.send("letter"));
    let events = written(&recorder.finish().unwrap());
    assert_eq!(of(&events, "i")[0]["name"], "rings");
    assert_eq!(of(&events, "s")[0]["id"], of(&events, "f")[0]["id"]);
}

#[test]
fn a_trace_that_cannot_be_written_says_where_and_why() {
    let error = Timeline::new("x").write_trace("/no/such/folder/trace.json").unwrap_err().to_string();
    assert!(error.contains("/no/such/folder"), "{error}");
}

/// Lanes that share a thread and lanes with one of their own, nested spans, spans of no length and without an end,
/// marks, arrows, counters, a lock that is waited for.
fn everything() -> Timeline {
    let recorder = Recorder::new("everything <\"&\"> 🍰");
    let (ada, bob) = (recorder.lane("ada"), recorder.lane_of("bob", LaneKind::Task));
    let queue = recorder.counter("queue", "messages");
    for number in 0..50 {
        ada.during(Running, "outer", || {
            ada.during(Waiting, "inner", || ());
            ada.count(&queue, number % 3);
            bob.receive(ada.send("letter"));
        });
        ada.during(Running, &format!("label {number}"), || ());
        ada.mark("rings");
    }
    ada.wait("minutes", 0.1 * MINUTE);
    bob.becomes(Ready, "queues");
    std::mem::forget(ada.span(Running, "for ever"));
    let _idle = recorder.lane("idle");
    let mut timeline = recorder.clone().finish().unwrap();
    timeline.notes.push("a note".to_owned());
    let threads = record("threads").threads(|run| {
        let oven = run.mutex("oven", ());
        let (tell, told) = std::sync::mpsc::channel();
        let own = oven.clone();
        run.spawn("cem", move |lane| {
            let _held = own.lock(lane);
            tell.send(()).unwrap();
            lane.wait("bakes", 50 * MILLISECOND);
        });
        run.spawn("dan", move |lane| {
            told.recv().unwrap();
            drop(oven.lock(lane));
        });
    });
    let threads = threads.unwrap();
    timeline.locks = threads.locks;
    timeline.lanes.extend(threads.lanes);
    let kinds = ArrowKind::ALL.iter().zip(&mut timeline.arrows);
    kinds.for_each(|(kind, arrow)| arrow.kind = *kind);
    timeline.in_unit(MINUTE)
}

#[test]
fn what_was_written_comes_back_with_lanes_spans_marks_arrows_counters_and_locks() {
    let told = everything();
    let path = path_of("round");
    told.write_trace(&path).unwrap();
    let back = Timeline::read_trace(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    assert_eq!((&back.title, back.unit, &back.notes), (&told.title, told.unit, &told.notes));
    assert_eq!(back.lanes.len(), told.lanes.len());
    for (lane, was) in back.lanes.iter().zip(&told.lanes) {
        assert_eq!((&lane.name, lane.kind, lane.pid, lane.tid), (&was.name, was.kind, was.pid, was.tid));
        assert_eq!(lane.marks(), was.marks());
        assert_eq!(lane.holds, was.holds);
        assert_eq!(lane.spans().len(), was.spans().len());
        for (span, before) in lane.spans().iter().zip(was.spans()) {
            assert_eq!(lane.label(span), was.label(before));
            assert_eq!(Span { label: before.label, ..*span }, *before);
        }
    }
    assert_eq!((&back.arrows, &back.counters, &back.locks), (&told.arrows, &told.counters, &told.locks));
    let dan = back.lane("dan").unwrap();
    assert!(dan.spans().iter().any(|span| span.lock == Some(0)), "dan was blocked on the oven");
}

/// `viztracer.json` was written by VizTracer 1.1.1 from `cakes.py` beside it.
#[test]
fn a_trace_that_viztracer_wrote_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/traces/viztracer.json");
    let bakery = Timeline::read_trace(path).unwrap();
    assert!(bakery.notes.is_empty(), "{:?}", bakery.notes);
    let names: Vec<&str> = bakery.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["MainThread", "ada"]);
    assert!(bakery.lanes.iter().all(|lane| lane.kind == LaneKind::Thread && lane.pid == 25266));
    let ada = bakery.lane("ada").unwrap();
    let depths: Vec<_> = ada.spans().iter().map(|span| (ada.label(span), span.depth)).collect();
    let at = |name: &str| depths.iter().find(|(label, _)| label.starts_with(name)).map(|(_, depth)| *depth);
    let nested = [at("Thread.run"), at("baker"), at("bake ("), at("time.sleep")];
    assert_eq!(nested, [Some(0), Some(1), Some(2), Some(3)], "{depths:?}");
    // Python lets its lock go while a thread sleeps.
    let asleep = |name: &str| *bakery.lane(name).unwrap().called("time.sleep").next().unwrap();
    let (one, other) = (asleep("ada"), asleep("MainThread"));
    assert!(one.start.max(other.start) < one.end.min(other.end));
    assert_eq!(bakery.lane("MainThread").unwrap().notes().next().unwrap().label, "the shop opens");
    let cakes = bakery.counter("cakes").unwrap();
    assert_eq!((cakes.unit.as_str(), cakes.most(), cakes.last()), ("", 2.0, 2.0));
}

/// What a program of another language writes, a line at a time, on the clock that all processes share.
const PYTHON: &str = r#"
import json, os, sys, threading, time
now = lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e3
out, lock = open(sys.argv[1], "w"), threading.Lock()
def write(**event):
    with lock:
        event = {"pid": os.getpid(), "tid": threading.get_native_id(), **event}
        out.write(json.dumps(event) + "\n")
def work(name):
    write(ph="M", name="thread_name", args={"name": name})
    began = now()
    time.sleep(0.05)
    write(ph="X", name="sleeps", cat="waiting", ts=began, dur=now() - began)
threads = [threading.Thread(target=work, args=(name,)) for name in ("ada", "bob")]
for thread in threads: thread.start()
for thread in threads: thread.join()
out.write('{"ph": "X", "name": "torn in the mid')
"#;

#[test]
fn a_program_in_python_writes_on_the_same_clock() {
    let (path, before) = (path_of("python"), timelanes::machine::now());
    let python = Command::new("python3").args(["-c", PYTHON]).arg(&path).status();
    let Ok(status) = python else {
        return eprintln!("NOT TESTED: there is no python3 here");
    };
    assert!(status.success());
    let after = timelanes::machine::now();
    let python = Timeline::read_trace(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    let mut names: Vec<_> = python.lanes.iter().map(|lane| lane.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["ada", "bob"]);
    assert!(before <= python.start() && python.end() <= after, "it is one clock");
    let both = everything().with_lanes_of(python.clone());
    let (ada, own) = (both.lanes.last().unwrap(), everything().lanes.len());
    assert_eq!((both.lanes.len(), ada.start()), (own + 2, python.lanes[1].start()));
    assert!(python.total("ada", Waiting).unwrap() >= 50 * MILLISECOND);
    assert_eq!(python.notes.len(), 1, "{:?}", python.notes);
    assert!(python.notes[0].contains("broken") && python.notes[0].ends_with(": 1"));
}

#[test]
fn phases_of_other_programs_are_read_and_foreign_ones_counted() {
    let text = r#"[
{"ph":"M","name":"process_name","pid":1,"args":{"name":"one"}},
{"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"main"}},
{"ph":"M","name":"thread_name","pid":2,"tid":1,"args":{"name":"main"}},
{"ph":"B","name":"outer","pid":1,"tid":1,"ts":10},
{"ph":"B","name":"inner","pid":1,"tid":1,"ts":"12.5"},
{"ph":"E","pid":1,"tid":1,"ts":14},
{"ph":"E","pid":1,"tid":1,"ts":20},
{"ph":"B","name":"for ever","pid":1,"tid":1,"ts":21},
{"ph":"E","pid":2,"tid":1,"ts":3},
{"ph":"I","name":"here","pid":2,"tid":1,"ts":4},
{"ph":"b","cat":"fetch","id":"0x7","name":"page","pid":2,"tid":1,"ts":5},
{"ph":"n","cat":"fetch","id":"0x7","name":"head","pid":2,"tid":1,"ts":6},
{"ph":"e","cat":"fetch","id":"0x7","name":"page","pid":2,"tid":1,"ts":30},
{"ph":"s","cat":"a","id":1,"name":"hands over","pid":1,"tid":1,"ts":11},
{"ph":"t","cat":"a","id":1,"name":"hands over","pid":2,"tid":1,"ts":13},
{"ph":"f","cat":"a","id":1,"name":"hands over","pid":1,"tid":1,"ts":15},
{"ph":"f","cat":"a","id":2,"name":"from nowhere","pid":1,"tid":1,"ts":15},
{"ph":"C","name":"memory","pid":1,"ts":1,"args":{"KB":5}},
{"ph":"C","name":"split","pid":1,"ts":1,"args":{"a":1,"b":2}},
{"ph":"P","name":"sample","ts":1},{"ph":"N","id":1},{"name":"no phase"},7,null,
{"ph":"X","name":"no time","pid":1,"tid":1},
{"ph":"X","name":"negative","pid":1,"tid":1,"ts":-5,"dur":1},
{"ph":"X","name":"absurd","pid":1,"tid":1,"ts":1e300,"dur":1}
]"#;
    let read = read(text).unwrap();
    let names: Vec<_> = read.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["main · process 2", "page 0x7", "main · one"]);
    let main = read.lane("main · one").unwrap();
    let told: Vec<_> =
        main.spans().iter().map(|span| (main.label(span), span.start, span.depth, span.ended)).collect();
    assert_eq!(
        told,
        [("outer", 10_000, 0, true), ("inner", 12_500, 1, true), ("for ever", 21_000, 0, false)]
    );
    let page = read.lane("page 0x7").unwrap();
    assert_eq!((page.kind, page.spans()[0].length(), page.marks().len()), (LaneKind::Task, 25_000, 1));
    let arrows: Vec<_> = read.arrows.iter().map(|arrow| (arrow.from, arrow.to)).collect();
    assert_eq!(arrows, [((2, 11_000), (0, 13_000)), ((0, 13_000), (2, 15_000))]);
    assert_eq!(read.counter("memory").unwrap().unit, "KB");
    assert_eq!(read.counter("split: b").unwrap().points, [(1_000, 2.0)]);
    let notes = read.notes.join("\n");
    assert!(
        notes.contains("(N, P, none) are left out: 5") && notes.contains("makes sense are left out: 3"),
        "{notes}"
    );
    assert!(!read.figure().text().is_empty());
}

#[test]
fn two_recordings_on_one_axis_keep_their_own_locks_and_arrows() {
    let (one, other) = (everything(), everything());
    let both = one.clone().with_lanes_of(other.clone());
    let lanes = one.lanes.len();
    let dan = both.lanes.iter().rposition(|lane| lane.name == "dan").unwrap();
    let lock = both.lanes[dan].spans().iter().find_map(|span| span.lock).unwrap();
    assert_eq!((both.locks[usize::from(lock)].as_str(), usize::from(lock)), ("oven", one.locks.len()));
    assert_eq!(both.holders(lock, 0..u64::MAX), ["cem", "dan"]);
    let last = both.arrows.last().unwrap();
    assert_eq!(last.from.0, other.arrows.last().unwrap().from.0 + lanes);
}

#[test]
fn what_is_no_trace_is_refused_and_says_why() {
    for text in ["", "not a trace at all", "{\"a\": ", "\u{0}PNG"] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains("it holds no trace event"), "{text}: {error}");
    }
    assert!(read("[]").unwrap().is_empty());
    let error = Timeline::read_trace("/no/such/trace.json").unwrap_err().to_string();
    assert!(error.contains("/no/such/trace.json cannot be read"), "{error}");
}

#[test]
fn a_trace_cut_anywhere_gives_what_came_before() {
    let path = path_of("cut");
    everything().write_trace(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut spans = 0;
    for end in (0..whole.len()).step_by(whole.len() / 60) {
        std::fs::write(&path, &whole[..end]).unwrap();
        let Ok(read) = Timeline::read_trace(&path) else { continue };
        let now = read.lanes.iter().map(|lane| lane.spans().len()).sum();
        assert!(spans <= now, "{now} spans from {end} bytes, {spans} from fewer");
        spans = now;
    }
    std::fs::remove_file(path).unwrap();
    assert!(spans > 100);
}
