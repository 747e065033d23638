//! Runs in a process of their own: whatever hangs or crashes there, the recording is kept and no process is left.

#[cfg(target_os = "linux")]
mod one_thread;

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    use std::sync::{Arc, Barrier, Mutex};
    use std::time::{Duration, Instant};

    use timelanes::prelude::*;
    use timelanes::thread::Threads;

    use crate::one_thread;

    fn isolated<'env>(body: impl for<'scope> FnOnce(&Threads<'scope, 'env>)) -> Timeline {
        record("isolated").within(500 * MILLISECOND).isolated().threads(body).kept()
    }

    fn says(run: &Timeline) -> String {
        run.fault.as_ref().map_or_else(String::new, ToString::to_string)
    }

    fn a_run_that_ends_is_recorded_as_any_other() {
        let run = record("fine").isolated().threads(|run| {
            let queue = run.counter("queue", "dishes");
            let door = run.lane("door");
            door.mark("open");
            let handle = run.spawn("ada", move |lane| {
                lane.wait("reads", 5 * MILLISECOND);
                lane.count(&queue, 3);
                7
            });
            assert_eq!(handle.join(), Some(7));
            door.mark("closed");
        });
        let run = run.unwrap();
        let kinds: Vec<_> = run.lanes.iter().map(|lane| (lane.name.as_str(), lane.kind)).collect();
        assert_eq!(kinds, [("door", LaneKind::Story), ("ada", LaneKind::Thread)]);
        let ada = run.lane("ada").unwrap();
        assert!(ada.nanos(Waiting) >= 5_000_000 && ada.spans()[0].ended && ada.cpu.is_some());
        assert!(ada.pid != std::process::id() && run.lane("door").unwrap().notes().count() == 2);
        assert_eq!(run.counters[0].points.iter().map(|point| point.1).collect::<Vec<_>>(), [3.0]);
    }

    fn what_it_changes_is_changed_in_the_copy_only() {
        let (mut money, total) = (100, AtomicU64::new(0));
        let run = isolated(|run| {
            money += 1;
            assert_eq!(money, 101);
            run.spawn("ada", |_| _ = total.fetch_add(1, Relaxed));
        });
        assert_eq!((says(&run).as_str(), money, total.load(Relaxed)), ("", 100, 0));
    }

    fn two_standard_locks_taken_crosswise_keep_what_was_recorded() {
        let (left, right, both) = (Mutex::new(()), Mutex::new(()), Barrier::new(2));
        let (asked, both) = (Instant::now(), &both);
        let run = isolated(|run| {
            for (name, first, second) in [("ada", &left, &right), ("bob", &right, &left)] {
                run.spawn(name, move |lane| {
                    let _first = first.lock().unwrap();
                    lane.during(Waiting, "looks", || both.wait());
                    lane.during(Blocked, "wants the other", || drop(second.lock().unwrap()));
                });
            }
            run.spawn("cem", |lane| lane.wait("eats", 5 * MILLISECOND));
        });
        assert!(says(&run).contains("ada and bob were waiting: look for a deadlock"), "{}", says(&run));
        assert!(asked.elapsed() < Duration::from_secs(10));
        for name in ["ada", "bob"] {
            let last = *run.lane(name).unwrap().spans().last().unwrap();
            assert!(!last.ended && last.activity == Blocked && last.end == run.end());
        }
        assert!(run.lane("cem").unwrap().spans()[0].ended);
        // The locks of this process were never taken.
        assert!(left.try_lock().is_ok() && right.try_lock().is_ok());
    }

    fn philosophers(run: &Threads) {
        let (forks, both) = (["left", "right"].map(|name| run.mutex(name, ())), Arc::new(Barrier::new(2)));
        for (name, first, second) in [("ada", 0, 1), ("bob", 1, 0)] {
            let (first, second, both) = (forks[first].clone(), forks[second].clone(), both.clone());
            run.spawn(name, move |lane| {
                let _first = first.lock(lane);
                lane.during(Waiting, "looks", || both.wait());
                let _second = second.lock(lane);
            });
        }
    }

    fn a_deadlock_of_recorded_locks_is_named_isolated_or_not() {
        for recording in [
            record("inside").within(500 * MILLISECOND),
            record("isolated").within(500 * MILLISECOND).isolated(),
        ] {
            let run = recording.threads(|run| philosophers(run)).kept();
            let cycle = run.deadlock().expect("a circle");
            let mut edges: Vec<_> =
                cycle.iter().map(|edge| (edge.lane.as_str(), edge.lock.as_str())).collect();
            edges.sort_unstable();
            assert_eq!(edges, [("ada", "right"), ("bob", "left")]);
            assert!(
                says(&run).contains("a deadlock: ada waits for right, which bob holds"),
                "{}",
                says(&run)
            );
        }
    }

    fn a_loop_without_an_end_is_told_from_a_deadlock() {
        let run = isolated(|run| {
            run.spawn("bob", |lane| lane.during(Waiting, "for nobody", std::thread::park));
            run.spawn("ada", |lane| {
                lane.becomes(Running, "for ever");
                loop {
                    std::hint::spin_loop();
                }
            });
        });
        assert!(says(&run).contains("ada was running: look for a loop"), "{}", says(&run));
        assert!(says(&run).contains("bob was waiting"), "{}", says(&run));
        let last = *run.lane("ada").unwrap().spans().last().unwrap();
        assert!(!last.ended && last.end == run.end());
    }

    fn a_panic_is_the_run_s_fault_and_named() {
        let run = isolated(|run| {
            run.spawn("ada", |lane| {
                lane.mark("here");
                panic!("no flour");
            });
        });
        assert_eq!(says(&run), "\"ada\" panicked: no flour");
        assert_eq!(run.lane("ada").unwrap().notes().count(), 1);
        let run = isolated(|_| panic!("nobody came"));
        assert_eq!(says(&run), "\"the run\" panicked: nobody came");
    }

    /// The first thing that went wrong is the one to be told.
    fn a_panic_that_leaves_another_waiting_for_ever_is_told_before_the_limit() {
        let run = isolated(|run| {
            run.spawn("ada", |_| panic!("no flour"));
            run.spawn("bob", |_| {
                loop {
                    std::thread::park();
                }
            });
        });
        assert_eq!(says(&run), "\"ada\" panicked: no flour");
    }

    fn a_crash_or_an_exit_ends_the_run_and_says_so() {
        let run = isolated(|run| {
            run.spawn("ada", |lane| {
                lane.mark("here");
                std::process::abort();
            });
        });
        assert!(says(&run).contains("was killed by SIGABRT before the run was over"), "{}", says(&run));
        assert_eq!(run.lane("ada").unwrap().notes().count(), 1);
        let run = isolated(|run| _ = run.spawn("ada", |_| std::process::exit(3)));
        assert!(says(&run).contains("ended with code 3 before the run was over"), "{}", says(&run));
    }

    fn waits_past_the_limit_end_at_it() {
        let asked = Instant::now();
        let run = isolated(|run| _ = run.spawn("ada", |lane| lane.wait("sleeps", 1e4 * MILLISECOND)));
        assert!(
            says(&run).contains("10000 ms") && asked.elapsed() < Duration::from_secs(8),
            "{}",
            says(&run)
        );
    }

    fn it_leaves_other_threads_and_shared_cores_alone() {
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || ended.recv());
        let run = isolated(|_| ());
        drop(end);
        let _ = thread.join();
        assert!(says(&run).contains("2 threads"), "{}", says(&run));
        let core = Machine::here().cores[0];
        let run = record("shared").isolated().on_core(core).threads(|_| ()).kept();
        assert!(says(&run).contains("choose one of the two"), "{}", says(&run));
    }

    pub fn all() -> Vec<one_thread::Test> {
        crate::tests![
            a_run_that_ends_is_recorded_as_any_other,
            what_it_changes_is_changed_in_the_copy_only,
            two_standard_locks_taken_crosswise_keep_what_was_recorded,
            a_deadlock_of_recorded_locks_is_named_isolated_or_not,
            a_loop_without_an_end_is_told_from_a_deadlock,
            a_panic_is_the_run_s_fault_and_named,
            a_panic_that_leaves_another_waiting_for_ever_is_told_before_the_limit,
            a_crash_or_an_exit_ends_the_run_and_says_so,
            waits_past_the_limit_end_at_it,
            it_leaves_other_threads_and_shared_cores_alone,
        ]
    }
}

#[cfg(target_os = "linux")]
fn main() {
    one_thread::main(&linux::all());
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("runs in a process of their own are for Linux only");
}
