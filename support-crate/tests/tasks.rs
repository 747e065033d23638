//! Futures on Tokio: recorded poll by poll, on one thread and on several; what is found in a recording; how a run ends.

use std::future::{pending, poll_fn};
use std::task::Poll;
use std::time::{Duration, Instant};

use timelanes::prelude::*;
use timelanes::task::Runtime;
use timelanes::thread::Memory;
use timelanes::timeline::findings::Finding;

/// Three tasks that each burn, give way and burn again.
async fn three_burners(run: Tasks) {
    let burner = |name: &str| {
        tokio::spawn(run.task(name, async {
            for _ in 0..4 {
                burn(2 * MILLISECOND);
                tokio::task::yield_now().await;
            }
        }))
    };
    for task in ["ada", "bob", "cem"].map(burner) {
        task.await.expect("a burner does not panic");
    }
}

/// For how long the polls of each two of the three were at the same time.
fn overlap(run: &Timeline) -> Time {
    let pairs = [("ada", "bob"), ("bob", "cem"), ("ada", "cem")];
    pairs.iter().map(|(one, other)| run.both(Running, one, other).unwrap()).sum()
}

async fn heartbeat(every: Time) {
    loop {
        sleep(every).await;
    }
}

/// What is found about polls of 30 ms by "guilty" beside a heartbeat.
fn blocked_heartbeat(runtime: Runtime) -> (Timeline, Vec<Finding>) {
    let run = record("a burst")
        .tasks(runtime, async |run| {
            tokio::spawn(run.task("heartbeat", heartbeat(5 * MILLISECOND)));
            let innocent = tokio::spawn(run.task("innocent", sleep(80 * MILLISECOND)));
            sleep(12 * MILLISECOND).await;
            let guilty = run.task("guilty", async {
                // More than once: on a busy machine the kernel may come between a burst and the look at the timers.
                for _ in 0..4 {
                    sleep(8 * MILLISECOND).await;
                    burn(30 * MILLISECOND);
                }
                sleep(8 * MILLISECOND).await;
            });
            tokio::spawn(guilty).await.unwrap();
            innocent.await.unwrap();
        })
        .unwrap();
    let found = findings_over(10 * MILLISECOND, &run).all().to_vec();
    (run, found)
}

#[test]
fn polls_of_tasks_on_one_thread_never_overlap() {
    let run = record("one loop").tasks(CurrentThread, three_burners).unwrap();
    assert_eq!(overlap(&run).count(), 0.0);
    for name in ["ada", "bob", "cem"] {
        assert_eq!(run.polls(name).unwrap().len(), 5);
        assert_eq!(run.polled_on(name).unwrap(), ["loop"]);
    }
    let polled: usize = run.lane("loop").unwrap().times(Running);
    assert_eq!(polled, 15, "the loop's lane shows each poll once");
}

#[test]
fn polls_of_tasks_on_several_workers_overlap_where_there_are_several_cores() {
    if !Machine::here().is_parallel() {
        return eprintln!("skipped: one core shows no parallel polls for sure");
    }
    // On a machine that is busy with other things two workers may have to take turns, now and then.
    let overlapped = (0..20).any(|_| {
        let run = record("two workers").tasks(Workers(2), three_burners).unwrap();
        assert!(run.lanes.iter().any(|lane| lane.name == "worker 1"));
        overlap(&run) > 0.5 * MILLISECOND
    });
    assert!(overlapped);
}

#[test]
fn workers_never_poll_one_task_at_the_same_time() {
    let run = record("four workers").tasks(Workers(4), three_burners).unwrap();
    for name in ["ada", "bob", "cem"] {
        let polls = run.polls(name).unwrap();
        assert!(polls.windows(2).all(|two| two[0].end <= two[1].start));
        assert!(!run.polled_on(name).unwrap().is_empty());
    }
    let on_workers: usize =
        run.lanes.iter().filter(|lane| lane.name.starts_with("worker")).map(|lane| lane.times(Running)).sum();
    assert_eq!(on_workers, 15, "each poll is on one worker");
}

#[test]
fn lanes_of_threads_lie_below_those_of_tasks_and_arrows_still_join_the_right_ones() {
    for runtime in [CurrentThread, Workers(2)] {
        let run = record("order")
            .tasks(runtime, async |run| {
                let (tell, told) = tokio::sync::oneshot::channel();
                let hears = tokio::spawn(run.task("hears", async { told.await.unwrap() }));
                let says = run.task("says", async {
                    sleep(5 * MILLISECOND).await;
                    tell.send(()).unwrap();
                });
                tokio::spawn(says).await.unwrap();
                hears.await.unwrap();
            })
            .unwrap();
        let names: Vec<&str> = run.lanes.iter().map(|lane| lane.name.as_str()).collect();
        let expected: &[&str] = if runtime == CurrentThread { &["loop"] } else { &["worker 0", "worker 1"] };
        assert_eq!(&names[2..], expected);
        assert_eq!(run.woken_by("hears").unwrap(), ["says"]);
        assert!(run.woken_by("says").unwrap().iter().all(|by| expected.contains(by)));
    }
}

#[test]
fn a_blocked_heartbeat_is_attributed_to_the_guilty_poll_by_name() {
    let (run, found) = blocked_heartbeat(CurrentThread);
    let blocked: Vec<_> = found.iter().filter(|found| found.warning == "blocked the loop").collect();
    assert_eq!(blocked[0].task, "guilty", "{found:?}");
    assert!(blocked[0].victims.iter().any(|(name, _)| name == "heartbeat"), "{found:?}");
    assert!(blocked.iter().all(|found| found.task != "heartbeat" && found.task != "innocent"), "{found:?}");
    let late = run.lateness("heartbeat", 5 * MILLISECOND).unwrap();
    let latest = run.latest("heartbeat", 5 * MILLISECOND).unwrap();
    assert!(latest > 15 * MILLISECOND && late.contains(&latest), "{late:?}");
}

#[test]
fn a_task_in_the_slot_behind_a_long_poll_is_held_up_though_other_workers_are_idle() {
    let run = record("the slot")
        .tasks(Workers(4), async |run| {
            let (tell, told) = tokio::sync::oneshot::channel();
            let waits = tokio::spawn(run.task("waits", async { told.await.unwrap() }));
            sleep(5 * MILLISECOND).await;
            let guilty = run.task("guilty", async {
                tell.send(()).unwrap();
                burn(30 * MILLISECOND);
            });
            tokio::spawn(guilty).await.unwrap();
            waits.await.unwrap();
        })
        .unwrap();
    let found = findings_over(10 * MILLISECOND, &run);
    assert_eq!(found.guilty(), ["guilty"], "{found}");
    assert_eq!(found.about("guilty").next().unwrap().victims[0].0, "waits");
    assert_eq!(found.named("never yielded"), ["guilty"]);
}

#[test]
fn a_burst_that_gives_way_holds_nobody_up() {
    let run = record("in pieces")
        .tasks(CurrentThread, async |run| {
            tokio::spawn(run.task("heartbeat", heartbeat(5 * MILLISECOND)));
            run.task("polite", async {
                for _ in 0..200 {
                    burn(0.5 * MILLISECOND);
                    tokio::task::yield_now().await;
                }
            })
            .await;
        })
        .unwrap();
    // One of two hundred polls may be long, because the kernel took the core away; none has half of the burst.
    let half = run.lane("polite").unwrap().wall() / 2.0;
    let found = findings_over(half, &run);
    assert!(found.is_empty(), "{found}");
    assert!(found.to_string().contains("nothing found"));
}

#[test]
fn a_task_that_wakes_itself_in_its_polls_is_found() {
    let run = record("impatient")
        .tasks(CurrentThread, async |run| {
            let mut left = 100;
            let impatient = poll_fn(move |context| {
                left -= 1;
                if left == 0 {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            });
            run.task("impatient", impatient).await;
            run.task("yields", async {
                for _ in 0..100 {
                    tokio::task::yield_now().await
                }
            })
            .await;
        })
        .unwrap();
    let found = findings_over(1000 * MILLISECOND, &run);
    assert_eq!(found.named("woke itself"), ["impatient"]);
    assert!(found.all()[0].says.starts_with("99 of its 99 wakes"), "{found}");
}

#[test]
fn a_future_whose_waker_nobody_holds_is_lost_and_one_that_waits_is_not() {
    let run = record("lost")
        .tasks(CurrentThread, async |run| {
            let (_tell, told) = tokio::sync::oneshot::channel::<()>();
            tokio::spawn(run.task("lost", pending::<()>()));
            tokio::spawn(run.task("waits", told));
            tokio::spawn(run.task("sleeps", sleep(10_000 * MILLISECOND)));
            sleep(2 * MILLISECOND).await;
        })
        .unwrap();
    assert_eq!(findings(&run).named("was lost"), ["lost"]);
    for name in ["lost", "waits", "sleeps"] {
        assert_eq!(run.outcome(name).unwrap(), Outcome::Unfinished);
    }
}

#[test]
fn it_is_recorded_how_each_task_ended() {
    for runtime in [CurrentThread, Workers(2)] {
        let run = record("ends")
            .tasks(runtime, async |run| {
                run.task("ready", sleep(1 * MILLISECOND)).await;
                let panics = tokio::spawn(run.task("panics", async { panic!("on purpose") }));
                assert!(panics.await.unwrap_err().is_panic());
                let aborted = tokio::spawn(run.task("aborted", pending::<()>()));
                tokio::task::yield_now().await;
                aborted.abort();
                assert!(aborted.await.unwrap_err().is_cancelled());
                let late = run.task("too late", pending::<()>());
                assert!(tokio::time::timeout(Duration::from_millis(2), late).await.is_err());
                drop(run.task("never polled", pending::<()>()));
                tokio::spawn(run.task("left behind", pending::<()>()));
            })
            .unwrap();
        let outcome = |name: &str| run.outcome(name).unwrap();
        assert_eq!(outcome("ready"), Outcome::Ready);
        assert_eq!(outcome("panics"), Outcome::Panicked("on purpose".to_owned()));
        for name in ["aborted", "too late", "never polled"] {
            assert_eq!(outcome(name), Outcome::Cancelled, "{name}");
        }
        assert_eq!(outcome("left behind"), Outcome::Unfinished);
        assert!(run.polls("never polled").unwrap().is_empty());
    }
}

#[test]
fn a_learners_own_marks_decide_nothing_whatever_they_say() {
    let run = record("marks").tasks(CurrentThread, async |run| {
        let own = run.lane("own");
        for word in ["shutdown", "cancelled", "panicked: on purpose", "lost: nobody held its waker"] {
            own.mark(word);
        }
        let aborted = tokio::spawn(run.task("aborted", pending::<()>()));
        tokio::task::yield_now().await;
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_cancelled());
        // A lane that is called like a thread's, and one whose spans are called like polls.
        drop(run.lane("worker 7").span(Running, "poll"));
    });
    let run = run.unwrap();
    assert_eq!(run.outcome("aborted").unwrap(), Outcome::Cancelled);
    assert!(run.polls("worker 7").unwrap().is_empty());
    let names: Vec<&str> = run.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["own", "aborted", "worker 7", "loop"]);
}

#[test]
fn two_tasks_of_one_name_are_told_apart() {
    let run = record("twins").tasks(CurrentThread, async |run| {
        let (tell, told) = tokio::sync::oneshot::channel();
        let waits = tokio::spawn(run.task("Amir", async { told.await.unwrap() }));
        tokio::task::yield_now().await;
        let burns = run.task("Amir", async {
            tell.send(()).unwrap();
            burn(30 * MILLISECOND);
        });
        burns.await;
        waits.await.unwrap();
    });
    let found = findings_over(20 * MILLISECOND, &run.unwrap());
    assert_eq!(found.guilty(), ["Amir"], "{found}");
    assert_eq!(found.about("Amir").next().unwrap().victims[0].0, "Amir", "{found}");
}

#[test]
fn what_went_wrong_keeps_what_was_recorded_up_to_then() {
    for runtime in [CurrentThread, Workers(2)] {
        let panics = record("panics").tasks(runtime, async |run| {
            run.task("Amir", sleep(1 * MILLISECOND)).await;
            panic!("no table left");
        });
        assert_eq!(panics.kept().outcome("Amir").unwrap(), Outcome::Ready);
        let stuck = record("stuck").within(50 * MILLISECOND).tasks(runtime, async |run| {
            run.task("Amir", sleep(1 * MILLISECOND)).await;
            run.task("Kohli", pending::<()>()).await;
        });
        let kept = stuck.kept();
        assert!(matches!(kept.fault, Some(Error::Stall { .. })), "{:?}", kept.fault);
        assert_eq!(kept.outcome("Kohli").unwrap(), Outcome::Cancelled);
        assert_eq!(kept.polls("Kohli").unwrap().len(), 1);
        assert!(kept.lane("Kohli").unwrap().total(Waiting) > 20 * MILLISECOND);
        assert_eq!(kept.lanes.last().unwrap().kind, LaneKind::Worker);
    }
}

#[test]
fn a_never_woken_future_ends_the_run_at_its_limit_by_name_and_the_next_run_works() {
    for runtime in [CurrentThread, Workers(2)] {
        let begun = Instant::now();
        let fault = record("stuck").within(100 * MILLISECOND).tasks(runtime, async |run| {
            run.task("Amir", sleep(1 * MILLISECOND)).await;
            run.task("Kohli", pending::<()>()).await;
        });
        let says = fault.unwrap_err().to_string();
        assert!(
            says.contains("stall in \"stuck\": stopped after 0.1 s") && says.contains("Kohli (since"),
            "{says}"
        );
        assert!(!says.contains("Amir"), "{says}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert!(record("next").tasks(runtime, async |run| run.task("John", async {}).await).is_ok());
    }
}

#[test]
fn a_burst_past_the_limit_ends_there() {
    let fault =
        record("long").within(50 * MILLISECOND).tasks(CurrentThread, async |_| burn(60_000 * MILLISECOND));
    assert!(matches!(fault.unwrap_err().fault(), Error::TimeLimit { .. }));
}

#[test]
fn a_closure_of_spawn_blocking_is_waited_for_and_may_have_a_lane() {
    let run = record("blocking")
        .tasks(CurrentThread, async |run| {
            let lane = run.lane("beside");
            tokio::task::spawn_blocking(move || lane.work("counts", 10 * MILLISECOND));
        })
        .unwrap();
    assert_eq!(run.lane("beside").unwrap().times(Running), 1 + run.lane("beside").unwrap().times(Ready));
    assert!(run.lane("beside").unwrap().spans().iter().all(|span| span.ended));
}

#[test]
fn a_panic_in_a_task_is_told_in_one_line_and_one_elsewhere_as_ever() {
    let name = "a_panic_in_a_task_is_told_in_one_line_and_one_elsewhere_as_ever";
    if !is_inner() {
        let out = in_a_process_of_its_own(name, &[("RUST_BACKTRACE", "1")]);
        let says = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{says}");
        let before_the_other = says.split("after the run").next().unwrap_or_default();
        assert!(says.contains("\"Amir\" panicked: in a task\n"), "{says}");
        assert!(!before_the_other.contains("stack backtrace"), "{says}");
        return assert!(says.contains("panicked at") && says.contains("after the run"), "{says}");
    }
    let run = record("panics").tasks(Workers(1), async |run| {
        assert!(tokio::spawn(run.task("Amir", async { panic!("in a task") })).await.unwrap_err().is_panic());
    });
    assert_eq!(run.unwrap().outcome("Amir").unwrap(), Outcome::Panicked("in a task".to_owned()));
    assert!(std::thread::spawn(|| panic!("after the run")).join().is_err());
}

#[test]
fn work_outside_a_task_is_in_the_lane_of_its_thread() {
    let run = record("burns").tasks(CurrentThread, async |run| {
        tokio::task::spawn_blocking(|| burn(10 * MILLISECOND)).await.unwrap();
        burn(5 * MILLISECOND);
        run.task("Amir", async { burn(5 * MILLISECOND) }).await;
    });
    let run = run.unwrap();
    let spans = |name: &str| run.lane(name).unwrap().called("burn").count();
    assert_eq!((spans("blocking 1"), spans("loop"), spans("Amir")), (1, 1, 0));
    let pool = run.lane("blocking 1").unwrap();
    assert_eq!(pool.kind, LaneKind::Thread);
    assert!(pool.total(Running) >= 9 * MILLISECOND);
    assert!(findings_over(1 * MILLISECOND, &run).guilty().is_empty());
}

#[test]
fn a_timeout_in_the_storys_unit_drops_what_is_late_and_lets_through_what_is_not() {
    let run = record("timeout").tasks(CurrentThread, async |run| {
        assert!(timeout(1 * MINUTE, run.task("late", pending::<()>())).await.is_err());
        assert_eq!(timeout(1 * MINUTE, run.task("ready", async { 7 })).await, Ok(7));
    });
    let run = run.unwrap();
    assert_eq!(run.outcome("late").unwrap(), Outcome::Cancelled);
    assert_eq!(run.outcome("ready").unwrap(), Outcome::Ready);
    assert!(run.lane("late").unwrap().wall() >= 1 * MINUTE);
    let bad = record("bad").tasks(CurrentThread, async |_| _ = timeout(-1 * MINUTE, pending::<()>()).await);
    assert!(bad.unwrap_err().to_string().contains("\"timeout\" was asked for -1.00 min"));
}

#[test]
fn a_body_that_panics_is_an_error_with_what_it_said() {
    for runtime in [CurrentThread, Workers(1)] {
        let fault = record("panics").tasks(runtime, async |_| panic!("no table left"));
        let says = fault.unwrap_err().to_string();
        assert_eq!(says, "\"the body\" panicked: no table left");
    }
}

#[test]
fn tasks_are_recorded_from_inside_another_runtime() {
    let outer = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let run = outer.block_on(async {
        record("inside").tasks(CurrentThread, async |run| run.task("Amir", sleep(1 * MINUTE)).await)
    });
    assert_eq!(run.unwrap().outcome("Amir").unwrap(), Outcome::Ready);
}

#[test]
fn the_body_may_borrow_and_give_back() {
    let names = vec!["Amir".to_owned(), "Kohli".to_owned()];
    let mut served = Vec::new();
    record("borrowed")
        .tasks(CurrentThread, async |run| {
            for name in &names {
                run.task(name.as_str(), async { served.push(name.len()) }).await;
            }
        })
        .unwrap();
    assert_eq!(served, [4, 5]);
}

#[test]
fn a_deadline_of_zero_lets_through_what_is_ready_and_cancels_the_rest() {
    let run = record("at once")
        .tasks(CurrentThread, async |run| {
            let ready = run.task("ready", async { 1 });
            assert_eq!(tokio::time::timeout(Duration::ZERO, ready).await, Ok(1));
            let slow = run.task("slow", pending::<()>());
            assert!(tokio::time::timeout(Duration::ZERO, slow).await.is_err());
        })
        .unwrap();
    assert_eq!(run.outcome("slow").unwrap(), Outcome::Cancelled);
    assert!(!run.polls("slow").unwrap().is_empty());
    let fault = record("no time").within(0.0 * MILLISECOND).tasks(CurrentThread, async |run| {
        run.task("Amir", sleep(10 * MILLISECOND)).await;
    });
    assert!(fault.is_err());
}

#[test]
fn times_nobody_can_wait_for_and_runtimes_nobody_can_have_are_refused() {
    let says = |run: Recorded| run.unwrap_err().to_string();
    let negative = says(record("t").tasks(CurrentThread, async |_| sleep(-1 * MINUTE).await));
    assert_eq!(negative, "\"sleep\" was asked for -1.00 min: a time must be zero or more, and a number");
    let endless = says(record("t").tasks(CurrentThread, async |_| burn(f64::NAN * MINUTE)));
    assert!(endless.contains("\"burn\" was asked for NaN"), "{endless}");
    let limit = says(record("t").within(-1 * SECOND).tasks(CurrentThread, async |_| {}));
    assert!(limit.contains("a limit must be zero or more"), "{limit}");
    assert!(says(record("t").tasks(Workers(0), async |_| {})).contains("0 workers is not possible"));
    assert!(says(record("t").tasks(Workers(usize::MAX), async |_| {})).contains("too many workers"));
}

#[test]
fn a_million_tasks_end_with_a_clear_message_within_the_limit() {
    let begun = Instant::now();
    let fault = record("a million").tasks(CurrentThread, async |run| {
        let mut last = None;
        for number in 0..1_000_000 {
            last = Some(tokio::spawn(run.task(format!("{number}"), async {})));
        }
        last.unwrap().await.unwrap();
    });
    assert!(begun.elapsed() < Duration::from_secs(25));
    let says = fault.unwrap_err().to_string();
    assert!(says.starts_with("too many recorded tasks: at most 10000 here"), "{says}");
}

/// Runs the test called `name` again in a process of its own, where `INNER` is set, and with `env`.
fn in_a_process_of_its_own(name: &str, env: &[(&str, &str)]) -> std::process::Output {
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args([name, "--exact", "--nocapture", "--test-threads=1"]).env(INNER, "1");
    again.envs(env.iter().copied()).output().unwrap()
}

const INNER: &str = "TIMELANES_INNER_TEST";

fn is_inner() -> bool {
    std::env::var_os(INNER).is_some()
}

#[test]
fn no_thread_is_left_behind_however_a_run_ends() {
    if !is_inner() {
        let out = in_a_process_of_its_own("no_thread_is_left_behind_however_a_run_ends", &[]);
        return assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }
    let before = Memory::now().threads;
    for runtime in [CurrentThread, Workers(3)] {
        let fine = record("fine").tasks(runtime, three_burners);
        assert!(fine.is_ok());
        assert_eq!(Memory::now().threads, before);
        let blocking = record("blocking").tasks(runtime, async |_| {
            tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(20)));
        });
        assert!(blocking.is_ok());
        assert_eq!(Memory::now().threads, before);
        let panics = record("panics").tasks(runtime, async |_| panic!("on purpose"));
        assert!(panics.is_err());
        assert_eq!(Memory::now().threads, before);
        let stuck = record("stuck").within(20 * MILLISECOND).tasks(runtime, async |run| {
            tokio::spawn(run.task("busy", async {
                loop {
                    tokio::task::yield_now().await
                }
            }));
            pending::<()>().await;
        });
        assert!(stuck.is_err());
        assert_eq!(Memory::now().threads, before);
    }
}

/// In a notebook, `body` ends the process with a message, which is given back.
fn ends_the_process(name: &str, body: impl AsyncFnOnce(Tasks) + Send, runtime: Runtime) -> Option<String> {
    if is_inner() {
        let _ = record("endless").within(50 * MILLISECOND).tasks(runtime, body);
        return None;
    }
    let begun = Instant::now();
    let out = in_a_process_of_its_own(name, &[("EVCXR_IS_RUNTIME", "1")]);
    assert_eq!(out.status.code(), Some(1));
    assert!(begun.elapsed() < Duration::from_secs(20));
    let shown = String::from_utf8_lossy(&out.stdout);
    assert!(shown.contains("EVCXR_BEGIN_CONTENT text/html") && shown.contains("<svg"), "{shown}");
    Some(String::from_utf8_lossy(&out.stderr).into_owned())
}

#[test]
fn a_loop_without_end_is_named_and_in_a_notebook_ended_with_its_process() {
    let name = "a_loop_without_end_is_named_and_in_a_notebook_ended_with_its_process";
    for runtime in [CurrentThread, Workers(2)] {
        let body = async |run: Tasks| {
            tokio::spawn(run.task("Kohli", async {
                loop {
                    std::hint::black_box(());
                }
            }));
            sleep(10 * MILLISECOND).await;
        };
        let Some(says) = ends_the_process(name, body, runtime) else { return };
        assert!(says.contains("Kohli (since") && says.contains("does not come back from its poll"), "{says}");
    }
}

#[test]
fn a_standard_lock_held_over_an_await_is_a_deadlock_that_is_named() {
    let name = "a_standard_lock_held_over_an_await_is_a_deadlock_that_is_named";
    let body = async |run: Tasks| {
        let till = std::sync::Mutex::new(0);
        #[expect(clippy::await_holding_lock, reason = "this is what is shown")]
        let holds = run.task("holds", async {
            let mut till = till.lock().unwrap();
            sleep(2 * MILLISECOND).await;
            *till += 1;
        });
        let wants = run.task("wants", async { *till.lock().unwrap() += 1 });
        tokio::join!(holds, wants);
    };
    let Some(says) = ends_the_process(name, body, CurrentThread) else { return };
    assert!(says.contains("wants (since") && says.contains("or a lock"), "{says}");
    assert!(!says.contains("holds"), "{says}");
}

#[test]
fn a_lock_of_the_run_held_over_an_await_shows_who_waits_and_who_holds() {
    let stuck = record("till").within(60 * MILLISECOND).tasks(CurrentThread, async |run| {
        let till = run.mutex("till", 0);
        let amir = run.task("Amir", async {
            let mut till = till.lock();
            sleep(2 * MILLISECOND).await;
            *till += 1;
        });
        let kohli = run.task("Kohli", async { *till.lock() += 1 });
        tokio::join!(amir, kohli);
    });
    let kept = stuck.kept();
    let says = kept.fault.as_ref().unwrap().to_string();
    assert!(says.contains("Kohli waits for till, which Amir holds"), "{says}");
    assert!(kept.lane("Kohli").unwrap().total(Blocked) > 30 * MILLISECOND);
    assert_eq!(kept.polls("Kohli").unwrap().len(), 1);
    let html = kept.figure().html();
    assert!(html.contains("<svg") && html.contains("which Amir holds"), "{html}");
    let mut total = 0;
    let fine = record("till").tasks(CurrentThread, async |run| {
        let till = run.mutex("till", 0);
        for name in ["Amir", "Kohli"] {
            run.task(name, async { *till.lock() += 1 }).await;
        }
        run.task("sum", async { total = *till.lock() }).await;
    });
    assert!(fine.unwrap().lanes.iter().all(|lane| lane.holds.iter().all(|hold| hold.ended)));
    assert_eq!(total, 2);
}

#[test]
fn a_blocking_closure_without_end_is_said_so_and_the_call_comes_back() {
    let name = "a_blocking_closure_without_end_is_said_so_and_the_call_comes_back";
    if !is_inner() {
        let out = in_a_process_of_its_own(name, &[]);
        return assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }
    let fault = record("endless").within(50 * MILLISECOND).tasks(CurrentThread, async |_| {
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_secs(3600)));
    });
    let says = fault.unwrap_err().to_string();
    assert!(says.contains("spawn_blocking") && says.contains("does not end"), "{says}");
}
