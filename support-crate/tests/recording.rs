//! The recorder, used by real threads, futures and careless learners.

#[cfg(target_os = "linux")]
mod not_tested;
#[cfg(target_os = "linux")]
mod stolen;

use std::sync::atomic::{AtomicBool, Ordering};

use timelanes::machine;
use timelanes::prelude::*;

#[test]
fn many_threads_lose_no_event_and_tear_none() {
    let (threads, rounds) = (16, 20_000);
    let run = record("many")
        .threads(|run| {
            for thread in 0..threads {
                run.spawn(format!("lane {thread}"), move |lane| {
                    for round in 0..rounds {
                        let label = if round % 2 == 0 { "even" } else { "odd" };
                        lane.during(Running, label, || lane.during(Waiting, "inside", || ()));
                    }
                });
            }
        })
        .unwrap();
    assert_eq!(run.lanes.len(), threads);
    for lane in &run.lanes {
        assert_eq!(lane.spans().len(), 2 * rounds);
        for (number, pair) in lane.spans().chunks(2).enumerate() {
            let (outer, inner) = (pair[0], pair[1]);
            assert_eq!(lane.label(&outer), if number % 2 == 0 { "even" } else { "odd" });
            assert_eq!((lane.label(&inner), inner.activity, inner.depth), ("inside", Waiting, 1));
            assert!(outer.start <= inner.start && inner.end <= outer.end && outer.ended && inner.ended);
        }
        assert!(lane.spans().windows(2).all(|pair| pair[0].start <= pair[1].start));
    }
}

#[test]
fn every_lane_knows_its_own_thread() {
    let run = record("threads")
        .threads(|run| {
            for name in ["ada", "bob"] {
                run.spawn(name, |lane| lane.mark("here"));
            }
        })
        .unwrap();
    assert_eq!(run.lanes[0].pid, std::process::id());
    if cfg!(target_os = "linux") {
        assert_ne!(run.lanes[0].tid, run.lanes[1].tid);
    }
}

#[test]
fn waits_at_once_overlap_and_waits_in_a_row_do_not() {
    let customers = [("Amir", 6), ("Kohli", 4)];
    let at_once = record("at once")
        .threads(|run| {
            for (name, minutes) in customers {
                run.spawn(name, move |lane| lane.wait("reads", minutes * MINUTE));
            }
        })
        .unwrap();
    let in_a_row = record("in a row")
        .threads(|run| {
            for (name, minutes) in customers {
                run.lane(name).wait("reads", minutes * MINUTE);
            }
        })
        .unwrap();
    assert!(at_once.overlap("Amir", "Kohli").unwrap() > 2 * MINUTE);
    assert_eq!(in_a_row.overlap("Amir", "Kohli").unwrap(), Time::ZERO);
    assert!(in_a_row.length() >= 10 * MINUTE);
    assert_eq!(in_a_row.order(), ["Amir", "Kohli"]);
    assert!(at_once.unit.story);
}

#[test]
fn a_state_lasts_until_the_next_one() {
    let recorder = Recorder::new("states");
    let ada = recorder.lane("ada");
    ada.becomes(Ready, "queues");
    ada.wait("reads", 1 * MILLISECOND);
    ada.becomes(Blocked, "stands");
    ada.during(Running, "talks", || ());
    ada.done();
    let run = recorder.finish().unwrap();
    let spans = run.lanes[0].spans();
    let seen: Vec<_> = spans.iter().map(|span| (span.activity, span.depth)).collect();
    assert_eq!(seen, [(Ready, 0), (Waiting, 0), (Blocked, 0), (Running, 1)]);
    assert!(spans[0].end <= spans[1].start && spans[1].end <= spans[2].start);
}

#[test]
fn a_span_that_never_ends_says_so_and_reaches_to_the_end() {
    let recorder = Recorder::new("unfinished");
    let ada = recorder.lane("ada");
    std::mem::forget(ada.span(Running, "for ever"));
    let run = recorder.clone().finish().unwrap();
    let span = run.lanes[0].spans()[0];
    assert!(!span.ended && span.end >= span.start);
}

#[test]
fn the_lane_of_a_thread_nobody_joined_keeps_what_it_had() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let recorder = Recorder::new("not joined");
    let (lane, begun) = (recorder.lane("loner"), std::sync::Barrier::new(2));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let lane = lane;
            let _span = lane.span(Running, "works on");
            begun.wait();
            while !STOP.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        begun.wait();
        let run = recorder.finish().unwrap();
        STOP.store(true, Ordering::Relaxed);
        assert!(!run.lanes[0].spans()[0].ended);
    });
}

#[test]
fn an_arrow_joins_the_lane_it_left_to_the_lane_it_reached() {
    let recorder = Recorder::new("arrows");
    let (waiter, cook) = (recorder.lane("waiter"), recorder.lane("cook"));
    let order = waiter.send("two cakes");
    cook.receive(order);
    let _lost = waiter.send("lost on the way");
    let run = recorder.finish().unwrap();
    assert_eq!(run.arrows.len(), 1);
    let arrow = &run.arrows[0];
    assert_eq!((arrow.label.as_str(), arrow.from.0, arrow.to.0), ("two cakes", 0, 1));
    assert!(arrow.from.1 <= arrow.to.1);
}

#[test]
fn a_time_nobody_can_wait_for_is_refused_with_its_lane_and_the_reason() {
    for bad in [-5.0, f64::NAN, f64::INFINITY, 1e300] {
        let error = record("bad")
            .threads(|run| run.lane("Amir").wait("reads", bad * MINUTE))
            .unwrap_err()
            .to_string();
        assert!(error.contains("Amir") && error.contains("zero or more"), "{error}");
        let error = record("bad")
            .threads(|run| run.lane("Amir").work("mixes", bad * MINUTE))
            .unwrap_err()
            .to_string();
        assert!(error.contains("Amir"), "{error}");
    }
    let nothing = record("zero").threads(|run| run.lane("Amir").wait("reads", 0.0 * MINUTE)).unwrap();
    assert_eq!(nothing.lanes[0].spans().len(), 1);
}

#[test]
fn a_wait_beyond_the_limit_is_not_begun() {
    let begun = std::time::Instant::now();
    let error = record("too long").threads(|run| run.lane("Amir").wait("reads", 1e9 * MINUTE)).unwrap_err();
    assert!(
        error.to_string().contains("\"Amir\"") && error.to_string().contains("a run may last 20 s"),
        "{error}"
    );
    assert!(begun.elapsed() < timelanes::record::LIMIT);
}

#[test]
fn work_stops_at_the_limit() {
    let error = record("endless").within(30 * MILLISECOND).threads(|run| {
        let lane = run.lane("ada");
        (0..1000).for_each(|_| lane.work("spins", 20 * MILLISECOND));
    });
    assert!(matches!(error.map_err(Error::from), Err(Error::TimeLimit { .. })));
}

#[test]
fn a_panic_in_a_thread_is_the_run_s_error_and_the_others_go_on() {
    let done = AtomicBool::new(false);
    let error = record("panics")
        .threads(|run| {
            run.spawn("ada", |_| panic!("burnt the cake"));
            run.spawn("bob", |lane| {
                lane.wait("bakes", 1 * MILLISECOND);
                done.store(true, Ordering::Relaxed);
            });
        })
        .unwrap_err()
        .to_string();
    assert!(error.contains("ada") && error.contains("burnt the cake"), "{error}");
    assert!(done.load(Ordering::Relaxed));
}

#[test]
fn a_panic_in_the_run_itself_is_its_error() {
    let error = record("panics").threads(|_| panic!("no cells left")).unwrap_err().to_string();
    assert!(error.contains("no cells left"), "{error}");
}

#[test]
fn joining_a_thread_hands_over_its_result() {
    let run = record("join").threads(|run| {
        let ada = run.spawn("ada", |_| 6 * 7);
        assert_eq!(ada.join(), Some(42));
    });
    run.unwrap();
}

#[test]
fn more_lanes_than_a_figure_can_show_is_an_error_and_no_flood() {
    let error = record("flood")
        .threads(|run| (0..100_000).for_each(|_| drop(run.lane("x"))))
        .unwrap_err()
        .to_string();
    assert!(error.contains("too many lanes"), "{error}");
}

#[test]
fn a_million_threads_are_refused_with_the_number_that_is_allowed() {
    let error = record("flood").threads(|run| {
        for _ in 0..1_000_000 {
            run.spawn("x", |_| ());
        }
    });
    let error = error.unwrap_err().to_string();
    assert!(error.contains("too many threads"), "{error}");
}

#[test]
fn a_core_that_is_not_there_is_refused_with_those_there_are() {
    let error =
        record("pin").threads(|run| drop(run.spawn_on(4_000, "ada", |_| ()))).unwrap_err().to_string();
    assert!(error.contains("core 4000"), "{error}");
    assert!(machine::pin(usize::MAX).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn two_workers_on_one_core_are_never_recorded_running_at_once() {
    stolen::unless_stolen("two workers on one core", two_workers_on_one_core);
}

#[cfg(target_os = "linux")]
fn two_workers_on_one_core() {
    let core = Machine::here().cores[0];
    let run = record("one core")
        .threads(|run| {
            for name in ["ada", "bob"] {
                run.spawn_on(core, name, |lane| lane.work("mixes", 60 * MILLISECOND));
            }
        })
        .unwrap();
    let together = run.both(Running, "ada", "bob").unwrap();
    assert!(together / run.length() < 0.02, "{together} of {}", run.length());
    for lane in &run.lanes {
        assert_eq!(lane.cores(), [core as u16]);
        assert!(lane.times(Ready) > 0, "{} was never taken off the core", lane.name);
        // What was counted as running is CPU time, within a few slices' edges.
        let (running, cpu) = (lane.nanos(Running) as f64, lane.cpu.unwrap().as_nanos() as f64);
        assert!((0.8..1.25).contains(&(running / cpu)), "{running} running, {cpu} CPU");
    }
}

#[test]
fn waiting_costs_no_cpu_time_and_work_does() {
    let run = record("cpu")
        .threads(|run| {
            run.spawn("sleeper", |lane| lane.wait("sleeps", 40 * MILLISECOND));
            run.spawn("worker", |lane| lane.work("works", 40 * MILLISECOND));
        })
        .unwrap();
    let cpu = |name: &str| run.lane(name).unwrap().cpu.unwrap();
    assert!(cpu("sleeper") * 4 < cpu("worker"));
}

#[test]
fn a_future_is_recorded_poll_by_poll_wherever_it_runs() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let recorder = Recorder::new("tasks");
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            runtime.spawn(recorder.lane(format!("task {number}")).polls(async {
                for _ in 0..50 {
                    tokio::task::yield_now().await;
                }
            }))
        })
        .collect();
    runtime.block_on(futures::future::join_all(tasks));
    let run = recorder.finish().unwrap();
    for lane in &run.lanes {
        assert_eq!(lane.times(Running), 51, "one poll for each yield and a last one");
        assert_eq!(lane.times(Ready), 50, "each yield is a wake");
        assert!(lane.times(Waiting) <= 50);
        assert!(lane.spans().iter().all(|span| span.ended));
    }
}

#[test]
fn a_future_dropped_half_way_ends_its_lane() {
    let recorder = Recorder::new("dropped");
    let mut task = Box::pin(recorder.lane("task").polls(std::future::pending::<()>()));
    let waker = futures::task::noop_waker();
    let polled = task.as_mut().poll(&mut std::task::Context::from_waker(&waker));
    assert!(polled.is_pending());
    drop(task);
    let run = recorder.finish().unwrap();
    assert!(run.lanes[0].spans().iter().all(|span| span.ended));
    assert_eq!(run.lanes[0].marks()[0].kind, MarkKind::Cancelled);
}

#[test]
fn a_wake_is_an_arrow_from_the_lane_that_woke_to_the_lane_it_made_ready() {
    let recorder = Recorder::new("wakes");
    let own = ThreadLane::open(recorder.lane("loop"));
    let (give, mut take) = futures::channel::mpsc::unbounded::<u32>();
    let mut taker = Box::pin(recorder.lane("taker").polls(async move {
        use futures::StreamExt;
        (take.next().await, take.next().await)
    }));
    let mut giver = Box::pin(recorder.lane("giver").polls(async { give.unbounded_send(1) }));
    let waker = futures::task::noop_waker();
    let mut context = std::task::Context::from_waker(&waker);
    assert!(taker.as_mut().poll(&mut context).is_pending());
    assert!(giver.as_mut().poll(&mut context).is_ready());
    assert!(taker.as_mut().poll(&mut context).is_pending());
    give.unbounded_send(2).unwrap();
    own.becomes(Waiting, "parked");
    assert!(taker.as_mut().poll(&mut context).is_ready());
    drop((own, taker, giver));
    let run = recorder.finish().unwrap();
    let number = |name: &str| run.lanes.iter().position(|lane| lane.name == name).unwrap();
    let woke: Vec<_> = run.arrows.iter().map(|arrow| (arrow.from.0, arrow.to.0)).collect();
    let taker = number("taker");
    assert_eq!(woke, [(number("giver"), taker), (number("loop"), taker)]);
    let lane = &run.lanes[taker];
    let was: Vec<_> = lane.spans().iter().map(|span| span.activity).collect();
    assert_eq!(was, [Running, Waiting, Ready, Running, Waiting, Ready, Running]);
    assert!(lane.spans().windows(2).all(|pair| pair[0].end == pair[1].start), "no time is missing or twice");
    let polled: Vec<_> = run.lane("loop").unwrap().spans().iter().collect();
    let polled: Vec<_> = polled.into_iter().map(|span| run.lane("loop").unwrap().label(span)).collect();
    assert_eq!(polled, ["taker", "giver", "taker", "parked", "taker"]);
}

#[test]
fn a_panic_in_a_poll_is_marked_with_what_it_said_and_goes_on() {
    let recorder = Recorder::new("panic");
    let mut task = Box::pin(recorder.lane("task").polls(async { panic!("burnt") }));
    let waker = futures::task::noop_waker();
    let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _: std::task::Poll<()> = task.as_mut().poll(&mut std::task::Context::from_waker(&waker));
    }));
    assert!(polled.is_err());
    drop(task);
    let run = recorder.finish().unwrap();
    let marks: Vec<_> = run.lanes[0].marks().iter().map(|mark| (mark.kind, &*mark.label)).collect();
    assert_eq!(marks, [(MarkKind::Panicked, "burnt")]);
    assert!(run.lanes[0].spans().iter().all(|span| span.ended));
}
