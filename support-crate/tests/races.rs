//! Models: how many interleavings there are, which of them fail, and what the learner's own schedule does.

use timelanes::prelude::*;
use timelanes::race::End;

/// Each of `threads` adds one `times` times, by a load and a store.
fn increments(threads: usize, times: usize) -> Model {
    model(format!("{threads} × {times}"), move |run| {
        let total = run.shared("total", 0_usize);
        for number in 0..threads {
            run.spawn(&format!("t{number}"), async move {
                for _ in 0..times {
                    let seen = total.load().await;
                    total.store(seen + 1).await;
                }
            });
        }
        run.must(move || total.now() == threads * times, "an update was lost");
    })
}

fn two() -> Model {
    model("two add one", |run| {
        let total = run.shared("total", 0);
        for name in ["ada", "bob"] {
            run.spawn(name, async move {
                let seen = total.load().await;
                total.store(seen + 1).await;
            });
        }
        run.must(move || total.now() == 2, "the total is to be 2");
    })
}

/// Everybody takes the left fork, then the right one, and puts both down.
fn philosophers(count: usize) -> Model {
    model(format!("{count} philosophers"), move |run| {
        let forks: Vec<ModelMutex> = (0..count).map(|number| run.mutex(&format!("fork {number}"))).collect();
        for number in 0..count {
            let (left, right) = (forks[number], forks[(number + 1) % count]);
            run.spawn(&format!("p{number}"), async move {
                let _left = left.lock().await;
                let _right = right.lock().await;
            });
        }
    })
}

#[test]
fn the_counts_are_those_of_combinatorics() {
    for (threads, times, count) in
        [(2, 1, 6), (2, 2, 70), (2, 3, 924), (2, 4, 12_870), (3, 1, 90), (3, 2, 34_650)]
    {
        let all = increments(threads, times).explore().unwrap();
        assert_eq!((all.explored, all.complete), (count, true), "{threads} × {times}");
        assert_eq!(all.failed + all.outcomes().last().unwrap().1, count, "{threads} × {times}");
    }
    assert_eq!(two().explore().unwrap().failed, 4);
}

/// A blocked thread cannot be chosen, so the three who have their left forks are a deadlock at once: 3! orders.
#[test]
fn of_168_interleavings_of_three_philosophers_6_end_in_a_deadlock() {
    let all = philosophers(3).explore().unwrap();
    assert_eq!((all.explored, all.deadlocks, all.failed, all.complete), (168, 6, 0, true));
    let played = all.replay().unwrap();
    assert_eq!(played.end, End::Deadlock);
    assert_eq!(played.timeline.deadlock().expect("a circle").len(), 3);
}

/// Where the last one takes the right fork first, nobody waits in a circle.
#[test]
fn ordered_forks_deadlock_in_no_interleaving() {
    let ordered = model("ordered", |run| {
        let forks = ["a", "b", "c"].map(|name| run.mutex(name));
        for (name, first, second) in [("p0", 0, 1), ("p1", 1, 2), ("p2", 0, 2)] {
            let (first, second) = (forks[first], forks[second]);
            run.spawn(name, async move {
                let _first = first.lock().await;
                let _second = second.lock().await;
            });
        }
    });
    let all = ordered.explore().unwrap();
    assert_eq!((all.deadlocks, all.complete), (0, true), "{all}");
    assert!(all.replay().unwrap_err().to_string().contains("these are all"));
}

fn says(schedule: &str) -> String {
    two().under(schedule).expect_err("it is not a schedule of this model").to_string()
}

#[test]
fn a_schedule_that_cannot_be_gone_says_why() {
    assert!(
        says("ada eve").contains("names \"eve\" in step 2, and there is no such thread; there are: ada, bob")
    );
    assert!(says("ada ada ada").contains("names ada in step 3, who is done"));
    assert!(
        says("ada bob")
            .contains("ends after 2 steps, and not everybody is done: ada would go on with total.store(1)")
    );
    assert!(says("").contains("ends after 0 steps"));
    assert!(says("ada ada bob bob ada").contains("names ada in step 5, and nobody can go on there: done"));
    assert!(says("ada:1 ada bob bob").contains("ada may go back by 0"));
    assert!(says("ada:x").contains("a number"));
    let stuck = philosophers(2).under("p0 p0 p1").unwrap_err();
    assert!(
        stuck.to_string().contains("names p1 in step 3, who is blocked: p0 has the lock \"fork 1\""),
        "{stuck}"
    );
    assert_eq!(stuck.timeline().lane("p0").unwrap().called("fork 1.lock()").count(), 1);
}

#[test]
fn the_losing_schedule_is_the_same_in_every_replay_and_plays_as_text() {
    let all = two().explore().unwrap();
    let schedule = all.failing_schedule().unwrap();
    assert_eq!(schedule, "ada bob bob ada");
    for _ in 0..20 {
        let again = two().explore().unwrap();
        assert_eq!(again.failing_schedule().as_ref(), Some(&schedule));
        let (replayed, played) = (again.replay().unwrap(), two().under(&schedule).unwrap());
        assert_eq!((&replayed.schedule, replayed.value("total").unwrap()), (&schedule, 1));
        assert_eq!((replayed.end, replayed.timeline.lanes), (played.end, played.timeline.lanes));
    }
}

/// Says everything that can be read of a model that goes wrong in its own way.
fn fault(body: impl for<'run> Fn(&timelanes::race::Run<'run>) + 'static) -> String {
    model("odd", body).explore().expect_err("it cannot be run").to_string()
}

#[test]
fn a_model_that_cannot_be_run_says_why() {
    assert!(fault(|_| {}).contains("it has no thread"));
    let twins = fault(|run| ["ada", "ada"].into_iter().for_each(|name| run.spawn(name, async {})));
    assert!(twins.contains("two threads called \"ada\""), "{twins}");
    assert!(fault(|run| run.spawn("ada bob", async {})).contains("take one word"));
    let foreign = fault(|run| run.spawn("ada", std::future::pending()));
    assert!(foreign.contains("\"ada\" awaits something that is no step"), "{foreign}");
    let joined = fault(|run| {
        let total = run.shared("total", 0);
        run.spawn("ada", async move { _ = futures::join!(total.load(), total.load()) });
    });
    assert!(joined.contains("two things at once"), "{joined}");
    let crowd = fault(|run| (0..17).for_each(|number| run.spawn(&format!("t{number}"), async {})));
    assert!(crowd.contains("more than 16 threads"), "{crowd}");
    let times = std::cell::Cell::new(0);
    let moody = fault(move |run| {
        let total = run.shared("total", 0);
        times.set(times.get() + 1);
        for (name, twice) in [("bob", false), ("ada", times.get() % 2 == 0)] {
            run.spawn(name, async move {
                total.load().await;
                total.load().await;
                if twice {
                    total.load().await;
                }
            });
        }
    });
    assert!(moody.contains("something else when it was run again"), "{moody}");
}

#[test]
fn a_panic_in_a_model_is_a_result_and_says_where() {
    let odd = model("a panic", |run| {
        let total = run.shared("total", 0);
        run.spawn("ada", async move { total.store(1).await });
        run.spawn("bob", async move { assert_eq!(total.load().await, 0, "too late") });
    });
    let all = odd.explore().unwrap();
    assert_eq!((all.explored, all.failed, all.complete), (2, 1, true));
    let played = all.replay().unwrap();
    assert!(matches!(&played.end, End::Panicked(says) if says.contains("too late")), "{:?}", played.end);
    assert_eq!(played.timeline.lane("bob").unwrap().marks().len(), 1);
    let before = model("never begins", |_| panic!("at once")).explore().unwrap();
    assert_eq!((before.explored, before.failed), (1, 1));
    assert!(before.to_string().contains("at once"), "{before}");
}

#[test]
fn a_model_that_never_ends_is_stopped_and_says_so() {
    let spin = model("a spin lock", |run| {
        let taken = run.shared("taken", false);
        run.spawn("ada", async move { while taken.swap(true).await {} });
        run.spawn("bob", async move { while taken.swap(true).await {} });
    });
    let all = spin.explore().unwrap();
    assert!(!all.complete && all.endless > 0 && all.failed == 0, "{all}");
    assert!(all.to_string().contains("not all") && all.to_string().contains("a loop that waits?"), "{all}");
    assert_eq!(all.replay().unwrap().end, End::Endless);
}

#[test]
fn of_a_model_that_is_too_large_it_is_said_how_many_were_explored_and_that_these_are_not_all() {
    let all = increments(4, 3).at_most(5_000).explore().unwrap();
    assert_eq!((all.explored, all.complete), (5_000, false));
    assert!(all.to_string().starts_with("5,000 interleavings explored, and these are not all"), "{all}");
}

#[test]
fn a_mutex_a_fetch_add_and_a_compare_exchange_lose_nothing_in_any_interleaving() {
    let locked = model("mutex", |run| {
        let (total, lock) = (run.shared("total", 0), run.mutex("lock"));
        for name in ["ada", "bob"] {
            run.spawn(name, async move {
                let _guard = lock.lock().await;
                let seen = total.load().await;
                total.store(seen + 1).await;
            });
        }
        run.must(move || total.now() == 2, "lost");
    });
    let added = model("fetch_add", |run| {
        let total = run.shared("total", 0);
        ["ada", "bob", "cem"]
            .into_iter()
            .for_each(|name| run.spawn(name, async move { _ = total.fetch_add(1).await }));
        run.must(move || total.now() == 3, "lost");
    });
    let exchanged = model("compare_exchange", |run| {
        let total = run.shared("total", 0);
        for name in ["ada", "bob"] {
            run.spawn(name, async move {
                let mut seen = total.load().await;
                while let Err(now) = total.compare_exchange(seen, seen + 1).await {
                    seen = now;
                }
            });
        }
        run.must(move || total.now() == 2, "lost");
    });
    for (model, count) in [(locked, 2), (added, 6), (exchanged, 6)] {
        let all = model.explore().unwrap();
        assert_eq!((all.failed, all.deadlocks, all.complete, all.explored), (0, 0, true, count), "{all}");
    }
}

#[test]
fn the_losing_interleaving_is_drawn_as_a_model_with_what_is_shared_below_it() {
    let figure = two().explore().unwrap().figure();
    let text = figure.text();
    assert!(text.starts_with("model: two add one\n4.00 steps, 2 lanes."), "{text}");
    assert!(
        text.contains("1.00 to 1.96 steps running (load() = 0); 2.00 to 2.96 steps running (store(1))"),
        "{text}"
    );
    assert!(text.contains("counter total: at most 1 (at 2.50 steps), 1 in the end"), "{text}");
    assert!(
        text.contains("6 interleavings, and these are all: 4 fail (the total is to be 2), 2 go well"),
        "{text}"
    );
    let well = model("alone", |run| {
        let total = run.shared("total", 0);
        run.spawn("ada", async move { total.store(1).await });
    });
    assert!(well.explore().unwrap().figure().text().contains("total 1: 1 interleavings"));
}

#[test]
fn an_ordering_that_makes_no_sense_is_refused_in_words() {
    use std::sync::atomic::Ordering::{Acquire, Release};
    let odd = model("odd", |run| {
        let (x, y) = (run.atomic("x", 0), run.atomic("y", 0));
        run.spawn("ada", async move { _ = x.load(Release).await });
        run.spawn("bob", async move { y.store(1, Acquire).await });
    });
    let all = odd.explore().unwrap();
    assert_eq!((all.explored, all.failed), (1, 1));
    assert!(all.to_string().contains("take Acquire"), "{all}");
}

/// The schedule says which message is read: "bob:1" is the one before the newest.
#[test]
fn an_older_value_is_read_where_the_schedule_says_so() {
    use std::sync::atomic::Ordering::Relaxed;
    let message = model("message", |run| {
        let data = run.atomic("data", 0);
        let read = run.seen("read", -1);
        run.spawn("ada", async move { data.store(42, Relaxed).await });
        run.spawn("bob", async move { read.set(data.load(Relaxed).await) });
    });
    assert_eq!(message.under("ada bob").unwrap().value("read").unwrap(), 42);
    assert_eq!(message.under("ada bob:1").unwrap().value("read").unwrap(), 0);
    assert!(message.under("bob:1 ada").unwrap_err().to_string().contains("may go back by 0"));
    assert_eq!(message.explore().unwrap().outcomes(), [("read 0".to_owned(), 2), ("read 42".to_owned(), 1)]);
}

#[test]
fn side_by_side_runs_each_round_once_on_two_threads_and_passes_a_panic_on() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    let [x, y] = [(); 2].map(|()| (0..2_000).map(|_| AtomicUsize::new(0)).collect::<Vec<_>>());
    let cross = |mine: &AtomicUsize, theirs: &AtomicUsize| {
        mine.fetch_add(1, SeqCst);
        (theirs.load(SeqCst), std::thread::current().id())
    };
    let seen = timelanes::race::side_by_side(
        2_000,
        |round| cross(&x[round], &y[round]),
        |round| cross(&y[round], &x[round]),
    );
    let seen = seen.unwrap();
    assert!(seen.len() == 2_000 && seen.iter().all(|(one, other)| one.0 + other.0 > 0 && one.1 != other.1));
    let broken = timelanes::race::side_by_side(10, |round| assert!(round < 5, "the sixth"), |_| ());
    assert!(broken.unwrap_err().to_string().contains("the sixth"));
    let many = timelanes::race::side_by_side(usize::MAX, |_| (), |_| ()).unwrap_err();
    assert!(many.to_string().contains("too many rounds"), "{many}");
}
