//! Futures on Tokio: recorded poll by poll, on one thread and on several; what is found in a recording; how a run ends.

use std::future::{pending, poll_fn};
use std::task::Poll;
use std::time::{Duration, Instant};

use timelanes::prelude::*;
use timelanes::task::{Outcome, Runtime, findings::Finding};
use timelanes::thread::Memory;

/// Three tasks that each burn, give way and burn again.
async fn three_burners(tasks: Tasks) {
    let burner = |name: &str| {
        tokio::spawn(tasks.record(name, async {
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

/// For how long the polls of each two of the three were at the same time, in milliseconds.
fn overlap(run: &Timeline) -> f64 {
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
    let run = record_tasks("a burst", runtime, async |tasks| {
        tokio::spawn(tasks.record("heartbeat", heartbeat(5 * MILLISECOND)));
        let innocent = tokio::spawn(tasks.record("innocent", sleep(80 * MILLISECOND)));
        sleep(12 * MILLISECOND).await;
        let guilty = tasks.record("guilty", async {
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
    let run = record_tasks("one loop", CurrentThread, three_burners).unwrap();
    assert_eq!(overlap(&run), 0.0);
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
        let run = record_tasks("two workers", Workers(2), three_burners).unwrap();
        assert!(run.lanes.iter().any(|lane| lane.name == "worker 1"));
        overlap(&run) > 0.5
    });
    assert!(overlapped);
}

#[test]
fn workers_never_poll_one_task_at_the_same_time() {
    let run = record_tasks("four workers", Workers(4), three_burners).unwrap();
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
        let run = record_tasks("order", runtime, async |tasks| {
            let (tell, told) = tokio::sync::oneshot::channel();
            let hears = tokio::spawn(tasks.record("hears", async { told.await.unwrap() }));
            let says = tasks.record("says", async {
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
    assert!(late.iter().copied().fold(0.0, f64::max) > 15.0, "{late:?}");
}

#[test]
fn a_task_in_the_slot_behind_a_long_poll_is_held_up_though_other_workers_are_idle() {
    let run = record_tasks("the slot", Workers(4), async |tasks| {
        let (tell, told) = tokio::sync::oneshot::channel();
        let waits = tokio::spawn(tasks.record("waits", async { told.await.unwrap() }));
        sleep(5 * MILLISECOND).await;
        let guilty = tasks.record("guilty", async {
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
    let run = record_tasks("in pieces", CurrentThread, async |tasks| {
        tokio::spawn(tasks.record("heartbeat", heartbeat(5 * MILLISECOND)));
        tasks
            .record("polite", async {
                for _ in 0..200 {
                    burn(0.5 * MILLISECOND);
                    tokio::task::yield_now().await;
                }
            })
            .await;
    })
    .unwrap();
    // One of two hundred polls may be long, because the kernel took the core away; none has half of the burst.
    let half = run.lane("polite").unwrap().wall() as f64 / 2e6 * MILLISECOND;
    let found = findings_over(half, &run);
    assert!(found.is_empty(), "{found}");
    assert!(found.to_string().contains("nothing found"));
}

#[test]
fn a_task_that_wakes_itself_in_its_polls_is_found() {
    let run = record_tasks("impatient", CurrentThread, async |tasks| {
        let mut left = 100;
        let impatient = poll_fn(move |context| {
            left -= 1;
            if left == 0 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        });
        tasks.record("impatient", impatient).await;
        tasks
            .record("yields", async {
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
    let run = record_tasks("lost", CurrentThread, async |tasks| {
        let (_tell, told) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(tasks.record("lost", pending::<()>()));
        tokio::spawn(tasks.record("waits", told));
        tokio::spawn(tasks.record("sleeps", sleep(10_000 * MILLISECOND)));
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
        let run = record_tasks("ends", runtime, async |tasks| {
            tasks.record("ready", sleep(1 * MILLISECOND)).await;
            let panics = tokio::spawn(tasks.record("panics", async { panic!("on purpose") }));
            assert!(panics.await.unwrap_err().is_panic());
            let aborted = tokio::spawn(tasks.record("aborted", pending::<()>()));
            tokio::task::yield_now().await;
            aborted.abort();
            assert!(aborted.await.unwrap_err().is_cancelled());
            let late = tasks.record("too late", pending::<()>());
            assert!(tokio::time::timeout(Duration::from_millis(2), late).await.is_err());
            drop(tasks.record("never polled", pending::<()>()));
            tokio::spawn(tasks.record("left behind", pending::<()>()));
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
fn a_never_woken_future_ends_the_run_at_its_limit_by_name_and_the_next_run_works() {
    for runtime in [CurrentThread, Workers(2)] {
        let begun = Instant::now();
        let fault = record_tasks_within(100 * MILLISECOND, "stuck", runtime, async |tasks| {
            tasks.record("Amir", sleep(1 * MILLISECOND)).await;
            tasks.record("Kohli", pending::<()>()).await;
        });
        let says = fault.unwrap_err().to_string();
        assert!(
            says.contains("stall in \"stuck\": stopped after 0.1 s") && says.contains("Kohli (since"),
            "{says}"
        );
        assert!(!says.contains("Amir"), "{says}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert!(record_tasks("next", runtime, async |tasks| tasks.record("John", async {}).await).is_ok());
    }
}

#[test]
fn a_burst_past_the_limit_ends_there() {
    let fault =
        record_tasks_within(50 * MILLISECOND, "long", CurrentThread, async |_| burn(60_000 * MILLISECOND));
    assert!(matches!(fault, Err(Error::TimeLimit { .. })), "{fault:?}");
}

#[test]
fn a_closure_of_spawn_blocking_is_waited_for_and_may_have_a_lane() {
    let run = record_tasks("blocking", CurrentThread, async |tasks| {
        let lane = tasks.lane("beside");
        tokio::task::spawn_blocking(move || lane.work("counts", 10 * MILLISECOND));
    })
    .unwrap();
    assert_eq!(run.lane("beside").unwrap().times(Running), 1 + run.lane("beside").unwrap().times(Ready));
    assert!(run.lane("beside").unwrap().spans().iter().all(|span| span.ended));
}

#[test]
fn a_body_that_panics_is_an_error_with_what_it_said() {
    for runtime in [CurrentThread, Workers(1)] {
        let fault = record_tasks("panics", runtime, async |_| panic!("no table left"));
        let says = fault.unwrap_err().to_string();
        assert_eq!(says, "\"the body\" panicked: no table left");
    }
}

#[test]
fn tasks_are_recorded_from_inside_another_runtime() {
    let outer = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let run = outer.block_on(async {
        record_tasks("inside", CurrentThread, async |tasks| tasks.record("Amir", sleep(1 * MINUTE)).await)
    });
    assert_eq!(run.unwrap().outcome("Amir").unwrap(), Outcome::Ready);
}

#[test]
fn the_body_may_borrow_and_give_back() {
    let names = vec!["Amir".to_owned(), "Kohli".to_owned()];
    let mut served = Vec::new();
    record_tasks("borrowed", CurrentThread, async |tasks| {
        for name in &names {
            tasks.record(name.as_str(), async { served.push(name.len()) }).await;
        }
    })
    .unwrap();
    assert_eq!(served, [4, 5]);
}

#[test]
fn a_deadline_of_zero_lets_through_what_is_ready_and_cancels_the_rest() {
    let run = record_tasks("at once", CurrentThread, async |tasks| {
        let ready = tasks.record("ready", async { 1 });
        assert_eq!(tokio::time::timeout(Duration::ZERO, ready).await, Ok(1));
        let slow = tasks.record("slow", pending::<()>());
        assert!(tokio::time::timeout(Duration::ZERO, slow).await.is_err());
    })
    .unwrap();
    assert_eq!(run.outcome("slow").unwrap(), Outcome::Cancelled);
    assert!(!run.polls("slow").unwrap().is_empty());
    let fault = record_tasks_within(0.0 * MILLISECOND, "no time", CurrentThread, async |tasks| {
        tasks.record("Amir", sleep(10 * MILLISECOND)).await;
    });
    assert!(fault.is_err());
}

#[test]
fn times_nobody_can_wait_for_and_runtimes_nobody_can_have_are_refused() {
    let says = |run: Result<Timeline, Error>| run.unwrap_err().to_string();
    let negative = says(record_tasks("t", CurrentThread, async |_| sleep(-1 * MINUTE).await));
    assert_eq!(negative, "\"sleep\" was asked for -1.00 min: a time must be zero or more, and a number");
    let endless = says(record_tasks("t", CurrentThread, async |_| burn(f64::NAN * MINUTE)));
    assert!(endless.contains("\"burn\" was asked for NaN"), "{endless}");
    let limit = says(record_tasks_within(-1 * SECOND, "t", CurrentThread, async |_| {}));
    assert!(limit.contains("a limit must be zero or more"), "{limit}");
    assert!(says(record_tasks("t", Workers(0), async |_| {})).contains("0 workers is not possible"));
    assert!(says(record_tasks("t", Workers(usize::MAX), async |_| {})).contains("too many workers"));
}

#[test]
fn a_million_tasks_end_with_a_clear_message_within_the_limit() {
    let begun = Instant::now();
    let fault = record_tasks("a million", CurrentThread, async |tasks| {
        let mut last = None;
        for number in 0..1_000_000 {
            last = Some(tokio::spawn(tasks.record(format!("{number}"), async {})));
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
        let fine = record_tasks("fine", runtime, three_burners);
        assert!(fine.is_ok());
        assert_eq!(Memory::now().threads, before);
        let blocking = record_tasks("blocking", runtime, async |_| {
            tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(20)));
        });
        assert!(blocking.is_ok());
        assert_eq!(Memory::now().threads, before);
        let panics = record_tasks("panics", runtime, async |_| panic!("on purpose"));
        assert!(panics.is_err());
        assert_eq!(Memory::now().threads, before);
        let stuck = record_tasks_within(20 * MILLISECOND, "stuck", runtime, async |tasks| {
            tokio::spawn(tasks.record("busy", async {
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
        let _ = record_tasks_within(50 * MILLISECOND, "endless", runtime, body);
        return None;
    }
    let begun = Instant::now();
    let out = in_a_process_of_its_own(name, &[("EVCXR_IS_RUNTIME", "1")]);
    assert_eq!(out.status.code(), Some(1));
    assert!(begun.elapsed() < Duration::from_secs(20));
    Some(String::from_utf8_lossy(&out.stderr).into_owned())
}

#[test]
fn a_loop_without_end_is_named_and_in_a_notebook_ended_with_its_process() {
    let name = "a_loop_without_end_is_named_and_in_a_notebook_ended_with_its_process";
    for runtime in [CurrentThread, Workers(2)] {
        let body = async |tasks: Tasks| {
            tokio::spawn(tasks.record("Kohli", async {
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
    let body = async |tasks: Tasks| {
        let till = std::sync::Mutex::new(0);
        #[expect(clippy::await_holding_lock, reason = "this is what is shown")]
        let holds = tasks.record("holds", async {
            let mut till = till.lock().unwrap();
            sleep(2 * MILLISECOND).await;
            *till += 1;
        });
        let wants = tasks.record("wants", async { *till.lock().unwrap() += 1 });
        tokio::join!(holds, wants);
    };
    let Some(says) = ends_the_process(name, body, CurrentThread) else { return };
    assert!(says.contains("wants (since") && says.contains("or a lock"), "{says}");
    assert!(!says.contains("holds"), "{says}");
}

#[test]
fn a_blocking_closure_without_end_is_said_so_and_the_call_comes_back() {
    let name = "a_blocking_closure_without_end_is_said_so_and_the_call_comes_back";
    if !is_inner() {
        let out = in_a_process_of_its_own(name, &[]);
        return assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }
    let fault = record_tasks_within(50 * MILLISECOND, "endless", CurrentThread, async |_| {
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_secs(3600)));
    });
    let says = fault.unwrap_err().to_string();
    assert!(says.contains("spawn_blocking") && says.contains("does not end"), "{says}");
}
