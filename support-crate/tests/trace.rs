//! The trace file, read back as Perfetto would.

use serde_json::Value;
use timelanes::prelude::*;

fn written(timeline: &Timeline) -> Vec<Value> {
    let name = format!("timelanes-trace-{}-{:?}.json", std::process::id(), std::thread::current().id());
    let path = std::env::temp_dir().join(name);
    timeline.write_trace(&path).unwrap();
    let trace: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    std::fs::remove_file(path).unwrap();
    trace["traceEvents"].as_array().unwrap().clone()
}

fn of<'trace>(events: &'trace [Value], phase: &str) -> Vec<&'trace Value> {
    events.iter().filter(|event| event["ph"] == phase).collect()
}

#[test]
fn spans_are_complete_events_with_the_real_process_thread_and_microseconds() {
    let before = timelanes::machine::now() as f64 / 1e3;
    let run = record("traced", |run| {
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
