//! Coroutines: whose turn it is, what giving way and waiting look like, what is left of one that ends badly, what they
//! cost, and where the knee of the chess exhibition lies.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use timelanes::coroutine::{self, COROUTINES, knee};
use timelanes::machine::Limit;
use timelanes::prelude::*;

fn round_robin(mut queue: VecDeque<Coroutine>) {
    while let Some(mut next) = queue.pop_front() {
        if next.resume() != Turn::Done {
            queue.push_back(next);
        }
    }
}

fn in_turns(names: &[&str], body: impl Fn(&Yielder<'_>) + Copy) -> Recorded {
    record("in turns")
        .coroutines(|run| round_robin(names.iter().map(|name| run.spawn(*name, body)).collect()))
}

fn labels(lane: &Lane, activity: Activity) -> Vec<&str> {
    let spans = lane.spans().iter().filter(|span| span.activity == activity);
    spans.map(|span| lane.label(span)).collect()
}

#[test]
fn whoever_pauses_gets_the_next_turn_after_all_others() {
    let pieces = |me: &Yielder<'_>| {
        for _ in 0..3 {
            me.work("a piece", 0.2 * MILLISECOND);
            me.pause();
        }
    };
    let run = in_turns(&["ada", "bob", "cem"], pieces).unwrap();
    assert_eq!(run.turns(), ["ada", "bob", "cem"].repeat(4));
    assert_eq!(run.most_at_once(Running), 1);
    assert!(run.overlap("ada", "bob").unwrap() > Time::ZERO);
}

#[test]
fn one_that_never_pauses_keeps_the_thread_to_its_end() {
    let run = in_turns(&["ada", "bob"], |me| {
        (0..5).for_each(|_| me.work("a piece", 1 * MILLISECOND));
    })
    .unwrap();
    assert_eq!(run.turns(), ["ada", "bob"]);
    assert!(run.queueing_time("bob").unwrap() >= 5 * MILLISECOND);
}

#[test]
fn a_pause_deep_in_a_recursion_goes_on_right_there() {
    fn hanoi(me: &Yielder<'_>, disks: usize, pegs: [u8; 3], moves: &RefCell<Vec<(u8, u8)>>) {
        if disks > 0 {
            hanoi(me, disks - 1, [pegs[0], pegs[2], pegs[1]], moves);
            moves.borrow_mut().push((pegs[0], pegs[1]));
            me.pause();
            hanoi(me, disks - 1, [pegs[2], pegs[1], pegs[0]], moves);
        }
    }
    let (together, alone) = (RefCell::default(), RefCell::default());
    let run = record("two towers")
        .coroutines(|run| {
            let tower = |me: &Yielder<'_>| hanoi(me, 5, [1, 2, 3], &together);
            round_robin([run.spawn("ada", tower), run.spawn("bob", tower)].into());
        })
        .unwrap();
    record("one tower")
        .coroutines(|run| {
            round_robin([run.spawn("ada", |me| hanoi(me, 5, [1, 2, 3], &alone))].into());
        })
        .unwrap();
    let twice: Vec<_> = alone.borrow().iter().flat_map(|step| [*step; 2]).collect();
    assert_eq!(*together.borrow(), twice);
    assert_eq!(run.turns().len(), 2 * 32);
}

#[test]
fn a_wait_lasts_as_long_as_it_says_and_whoever_is_not_resumed_then_is_ready() {
    let run = record("a wait")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |me| me.wait("tea", 2 * MILLISECOND));
            let mut bob = run.spawn("bob", |me| me.hold("thinks", 12 * MILLISECOND));
            assert_eq!(ada.resume(), Turn::Waits);
            assert!(!ada.is_ready() && bob.is_ready());
            assert_eq!(bob.resume(), Turn::Done);
            assert!(ada.is_ready() && bob.is_done() && !bob.is_ready());
            assert_eq!(ada.resume(), Turn::Done);
        })
        .unwrap();
    let ada = run.lane("ada").unwrap();
    assert_eq!(labels(ada, Waiting), ["tea"]);
    assert_eq!(labels(ada, Ready), ["not begun", "could go on"]);
    let waited = ada.nanos(Waiting) as f64;
    let ready = ada.spans().iter().rfind(|span| span.activity == Ready).unwrap().length() as f64;
    assert!((waited / 2e6 - 1.0).abs() < 0.05, "waited for {waited} ns");
    assert!(ready > 4.0 * waited, "was ready for {ready} ns");
}

#[test]
fn a_resume_too_early_is_no_turn() {
    let asked = Cell::new(0);
    let run = record("asked again and again")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |me| me.wait("tea", 1 * MILLISECOND));
            while ada.resume() == Turn::Waits {
                asked.set(asked.get() + 1);
            }
        })
        .unwrap();
    assert!(asked.get() > 2);
    assert_eq!(run.turns(), ["ada", "ada"]);
}

#[test]
fn the_thread_has_a_lane_that_shows_whose_turn_it_is_and_for_whom_it_waits() {
    let run = record("with a thread")
        .coroutines(|run| {
            run.thread("Judit");
            let mut ada = run.spawn("ada", |me| {
                me.hold("moves", 1 * MILLISECOND);
                me.wait("his move", 3 * MILLISECOND);
            });
            ada.resume();
            ada.until_ready();
            assert_eq!(ada.resume(), Turn::Done);
        })
        .unwrap();
    assert_eq!(run.lanes[0].name, "Judit");
    assert_eq!(labels(&run.lanes[0], Running), ["ada", "ada"]);
    assert_eq!(labels(&run.lanes[0], Waiting), ["for ada"]);
    assert_eq!(run.turns(), ["ada", "ada"]);
    assert!(run.both(Waiting, "Judit", "ada").unwrap() > 2 * MILLISECOND);
}

#[test]
fn one_resumed_by_another_runs_while_that_one_waits_for_it() {
    let run = record("nested")
        .coroutines(|run| {
            let mut inner = run.spawn("inner", |me| {
                me.hold("digs", 1 * MILLISECOND);
                me.pause();
                me.hold("digs", 1 * MILLISECOND);
            });
            let mut outer = run.spawn("outer", move |me| {
                while inner.resume() != Turn::Done {
                    me.pause();
                }
            });
            assert_eq!([outer.resume(), outer.resume()], [Turn::Paused, Turn::Done]);
        })
        .unwrap();
    assert_eq!(run.turns(), ["outer", "inner", "outer", "inner"]);
    assert_eq!(labels(run.lane("outer").unwrap(), Waiting), ["inner", "inner"]);
    assert_eq!(run.both(Running, "outer", "inner").unwrap(), Time::ZERO);
}

/// Counts how often it is dropped.
struct Counted<'count>(&'count Cell<u32>);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn what_lies_on_the_stack_of_one_dropped_half_way_is_dropped() {
    let dropped = Cell::new(0);
    let half = |me: &Yielder<'_>| {
        let _outer = Counted(&dropped);
        (0..9).for_each(|_| {
            let _inner = Counted(&dropped);
            me.pause();
        });
    };
    let run = record("half-way")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", half);
            ada.resume();
            drop(ada);
            assert_eq!(dropped.get(), 2, "by its handle");
            let mut bob = run.spawn("bob", half);
            bob.resume();
            std::mem::forget(bob);
            let mut cem = run.spawn("cem", half);
            cem.resume();
            let _never_begun = run.spawn("dot", half);
        })
        .unwrap();
    assert_eq!(dropped.get(), 6, "forgotten or not");
    for lane in &run.lanes {
        assert!(lane.marks().iter().any(|mark| mark.label == "dropped"), "{}", lane.name);
        assert!(lane.spans().iter().all(|span| span.ended), "{}", lane.name);
    }
}

#[test]
fn a_destructor_may_try_to_pause_and_may_panic_while_its_stack_is_unwound() {
    struct Stubborn<'me>(&'me Yielder<'me>);
    impl Drop for Stubborn<'_> {
        fn drop(&mut self) {
            self.0.pause();
            self.0.wait("for ever", 1000 * MILLISECOND);
        }
    }
    record("stubborn")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |me| {
                let _stubborn = Stubborn(me);
                me.pause();
            });
            ada.resume();
        })
        .unwrap();
    struct Angry;
    impl Drop for Angry {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic!("no");
            }
        }
    }
    record("angry")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |me| {
                let _angry = Angry;
                me.pause();
            });
            ada.resume();
        })
        .unwrap();
}

#[test]
fn one_that_catches_its_unwinding_some_times_is_unwound_in_the_end() {
    let (dropped, caught) = (Cell::new(0), Cell::new(0));
    let run = record("thrice")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |me| {
                let _value = Counted(&dropped);
                for _ in 0..3 {
                    let paused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| me.pause()));
                    caught.set(caught.get() + u32::from(paused.is_err()));
                }
                me.wait("once more", 1000 * MILLISECOND);
            });
            ada.resume();
            drop(ada);
            assert_eq!((dropped.get(), caught.get()), (1, 3));
        })
        .unwrap();
    assert_eq!(run.lane("ada").unwrap().spans().len(), 3, "what it tried meanwhile is no part of the run");
}

#[test]
fn one_that_panics_is_reported_by_name_and_the_others_go_on() {
    let done = Cell::new(0);
    let error = record("a panic")
        .coroutines(|run| {
            let work = |me: &Yielder<'_>| {
                me.pause();
                assert!(me.name() != "bob", "lost a disk");
                me.pause();
                done.set(done.get() + 1);
            };
            round_robin(["ada", "bob", "cem"].map(|name| run.spawn(name, work)).into());
        })
        .unwrap_err();
    assert_eq!(*error.fault(), Error::Panicked { lane: "bob".into(), says: "lost a disk".into() });
    assert_eq!(done.get(), 2);
}

#[test]
fn a_panic_in_the_loop_that_resumes_them_leaves_no_stack_behind() {
    let dropped = Cell::new(0);
    let error = record("a panic outside")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |me| {
                let _value = Counted(&dropped);
                me.pause();
            });
            ada.resume();
            panic!("lost the list");
        })
        .unwrap_err();
    assert!(error.to_string().contains("lost the list"), "{error}");
    assert_eq!(dropped.get(), 1);
}

#[test]
fn one_that_is_done_cannot_be_resumed_and_the_error_names_it() {
    let (after, dropped) = (Cell::new(false), Cell::new(0));
    let error = record("once more")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |_| ());
            let mut bob = run.spawn("bob", |me| {
                let _value = Counted(&dropped);
                me.pause();
            });
            bob.resume();
            assert_eq!(ada.resume(), Turn::Done);
            ada.resume();
            after.set(true);
        })
        .unwrap_err();
    assert!(error.to_string().contains("resuming \"ada\" once more is not possible"), "{error}");
    assert!(!after.get() && dropped.get() == 1);
}

#[test]
fn a_resume_of_a_done_one_from_inside_another_ends_the_run_as_well() {
    let error = record("from inside")
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |_| ());
            ada.resume();
            let mut bob = run.spawn("bob", move |_| _ = ada.resume());
            bob.resume();
            unreachable!("the run ended in there");
        })
        .unwrap_err();
    assert!(error.to_string().contains("resuming \"ada\""), "{error}");
}

#[test]
#[should_panic = "its run is over"]
fn one_kept_beyond_its_run_cannot_be_resumed() {
    let kept = RefCell::new(None);
    record("kept").coroutines(|run| _ = kept.replace(Some(run.spawn("ada", |me| me.pause())))).unwrap();
    kept.take().unwrap().resume();
}

#[test]
fn a_million_coroutines_are_refused_before_there_are_too_many() {
    let most = Limit::of_stacks().count.min(COROUTINES);
    for at_once in [true, false] {
        let (made, mut kept) = (Cell::new(0), Vec::new());
        let error = record("a million")
            .coroutines(|run| {
                for number in 0..1_000_000 {
                    let mut next = run.spawn(format!("{number}"), |me| me.pause());
                    next.resume();
                    made.set(number + 1);
                    kept.extend(at_once.then_some(next));
                }
            })
            .unwrap_err()
            .to_string();
        assert!(error.contains("too many coroutines") && error.contains("because"), "{error}");
        let allowed = if at_once { most } else { COROUTINES };
        assert!(made.get() <= allowed + allowed / 4, "{} were made", made.get());
    }
}

#[test]
fn a_time_that_nobody_can_wait_for_is_refused_and_the_run_goes_on() {
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let done = Cell::new(false);
        let error = record("bad times")
            .coroutines(|run| {
                let mut ada = run.spawn("ada", |me| {
                    me.wait("backwards", bad * MILLISECOND);
                    me.hold("backwards", bad * MILLISECOND);
                    me.work("backwards", bad * MILLISECOND);
                });
                done.set(ada.resume() == Turn::Done);
            })
            .unwrap_err();
        assert!(matches!(error.fault(), Error::BadTime { .. }) && done.get(), "{error}");
    }
}

#[test]
fn a_loop_that_resumes_for_ever_ends_at_the_limit() {
    let begun = Instant::now();
    let limit = 100 * MILLISECOND;
    let error = record("for ever")
        .within(limit)
        .coroutines(|run| {
            let forever = |me: &Yielder<'_>| loop {
                me.pause();
            };
            round_robin(["ada", "bob"].map(|name| run.spawn(name, forever)).into());
        })
        .unwrap_err();
    assert!(matches!(error.fault(), Error::TimeLimit { .. }), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_wait_beyond_the_limit_is_not_waited_for() {
    let error = record("for ever")
        .within(100 * MILLISECOND)
        .coroutines(|run| {
            let mut ada = run.spawn("ada", |me| me.wait("for ever", 1e9 * MILLISECOND));
            ada.resume();
            ada.until_ready();
            ada.resume();
        })
        .unwrap_err();
    assert!(matches!(error.fault(), Error::BadTime { .. }), "{error}");
}

#[test]
fn a_recursion_that_pauses_on_its_way_down_is_told_before_its_stack_is_used_up() {
    fn down(me: &Yielder<'_>, depth: u64) -> u64 {
        me.pause();
        if depth == 0 { 0 } else { down(me, depth - 1) + std::hint::black_box([depth; 64])[0] }
    }
    let deep = |depth| in_turns(&["ada"], move |me| _ = down(me, depth));
    assert_eq!(deep(50).unwrap().turns().len(), 52);
    let error = deep(1_000_000).unwrap_err().to_string();
    assert!(error.contains("\"ada\" panicked: its stack of 256 KB is nearly used up"), "{error}");
}

/// Runs one of the tests below that end their process.
fn in_a_process_of_its_own(test: &str) -> Output {
    let this = std::env::current_exe().unwrap();
    let mut command = Command::new(this);
    command.args(["--ignored", "--exact", "--test-threads=1", "--nocapture", test]);
    command.env("EVCXR_IS_RUNTIME", "1").output().unwrap()
}

#[test]
#[ignore = "ends its process; run by the test below"]
fn ends_by_a_stack_overflow() {
    #[expect(unconditional_recursion, reason = "it is to overflow")]
    fn down(me: &Yielder<'_>, depth: u64) -> u64 {
        let page = std::hint::black_box([depth; 256]);
        if depth == u64::MAX {
            me.pause();
        }
        down(me, depth + 1) + page[0]
    }
    let _ = record("down").coroutines(|run| _ = run.spawn("ada", |me| _ = down(me, 0)).resume());
    println!("still there");
}

#[test]
#[cfg(target_os = "linux")]
fn a_stack_overflow_hits_the_guard_page_and_ends_the_process_instead_of_writing_elsewhere() {
    use std::os::unix::process::ExitStatusExt;
    let ended = in_a_process_of_its_own("ends_by_a_stack_overflow");
    assert!(ended.status.signal().is_some(), "{ended:?}");
    assert!(!String::from_utf8_lossy(&ended.stdout).contains("still there"));
}

#[test]
#[ignore = "ends its process; run by the test below"]
fn ends_by_the_watchdog() {
    let _ = record("a greedy one").within(200 * MILLISECOND).coroutines(|run| {
        let endless = |_: &Yielder<'_>| loop {
            std::hint::spin_loop();
        };
        round_robin([run.spawn("ada", endless), run.spawn("bob", |me| me.pause())].into());
    });
    println!("still there");
}

#[test]
fn one_that_never_gives_way_ends_a_notebooks_process_at_the_limit_with_a_message() {
    let ended = in_a_process_of_its_own("ends_by_the_watchdog");
    let says = String::from_utf8_lossy(&ended.stderr);
    assert!(says.contains("\"a greedy one\" was stopped after 0.2 s"), "{says}");
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
#[ignore = "ends its process; run by the test below"]
fn ends_by_a_coroutine_that_cannot_be_ended() {
    let _ = record("a stubborn one").coroutines(|run| {
        let mut ada = run.spawn("ada", |me| {
            loop {
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| me.pause()));
            }
        });
        ada.resume();
    });
    println!("still there");
}

#[test]
fn one_that_catches_every_unwinding_ends_a_notebooks_process_soon_with_a_message() {
    let start = Instant::now();
    let ended = in_a_process_of_its_own("ends_by_a_coroutine_that_cannot_be_ended");
    let says = String::from_utf8_lossy(&ended.stderr);
    assert!(
        says.contains("ending \"ada\" half-way is not possible") && says.contains("catch_unwind"),
        "{says}"
    );
    assert!(says.contains("run the set-up cell"), "{says}");
    assert_eq!(ended.status.code(), Some(1));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
#[ignore = "counts this process's mappings; run alone by the test below"]
fn thousands_come_and_go_and_leave_no_mapping() {
    let mappings = || std::fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    let thousand = || {
        record("a thousand").coroutines(|run| {
            let all: Vec<_> =
                (0..1000).map(|number| run.spawn(format!("{number}"), |me| me.pause())).collect();
            for (number, mut next) in all.into_iter().enumerate() {
                (number % 3 > 0).then(|| next.resume());
                (number % 3 > 1).then(|| next.resume());
                (number % 5 > 0).then(|| std::mem::forget(next));
            }
        })
    };
    thousand().unwrap();
    let before = mappings();
    (0..5).for_each(|_| _ = thousand().unwrap());
    assert!(mappings() < before + 100, "{before} mappings before, {} after", mappings());
    println!("all given back");
}

#[test]
#[cfg(target_os = "linux")]
fn stacks_are_given_back_whether_their_coroutines_are_done_dropped_or_forgotten() {
    let ended = in_a_process_of_its_own("thousands_come_and_go_and_leave_no_mapping");
    assert!(String::from_utf8_lossy(&ended.stdout).contains("all given back"), "{ended:?}");
}

#[test]
#[ignore = "sets a variable; run by the test below"]
fn panics_with_a_full_backtrace() {
    let _ = record("a panic").coroutines(|run| {
        let mut ada = run.spawn("ada", |_| panic!("lost a disk"));
        ada.resume();
    });
    println!("still there");
}

#[test]
fn a_panic_with_a_full_backtrace_fits_on_the_stack() {
    let this = std::env::current_exe().unwrap();
    let mut command = Command::new(this);
    command.args(["--ignored", "--exact", "--nocapture", "panics_with_a_full_backtrace"]);
    let ended = command.env("RUST_BACKTRACE", "full").output().unwrap();
    assert!(String::from_utf8_lossy(&ended.stdout).contains("still there"), "{ended:?}");
    assert!(String::from_utf8_lossy(&ended.stderr).contains("stack backtrace"), "{ended:?}");
}

/// `n` boards, 5 s for her move and 55 s for each opponent's; the time of 30 rounds, in minutes.
fn exhibition(n: usize) -> f64 {
    let second = |count: f64| count / 60.0 * MINUTE;
    let run = record(format!("{n} boards")).coroutines(|run| {
        let board = move |me: &Yielder<'_>| {
            for _ in 0..6 {
                me.hold("her move", second(5.0));
                me.wait("his move", second(55.0));
            }
        };
        let mut tables: VecDeque<_> =
            (1..=n).map(|number| run.spawn(format!("board {number}"), board)).collect();
        while let Some(mut table) = tables.pop_front() {
            table.until_ready();
            if table.resume() != Turn::Done {
                tables.push_back(table);
            }
        }
    });
    30.0 * run.unwrap().round().unwrap().count()
}

#[test]
fn the_exhibition_takes_what_the_formula_says_and_its_knee_lies_at_twelve() {
    let counts = [1, 3, 6, 9, 11, 12, 13, 15, 18, 21, 24];
    let points = counts.map(|n| {
        let says = 0.5 * f64::max(60.0, 5.0 * n as f64);
        // Another program can keep every round of a run from its core, and can only make it longer.
        let mut shortest = f64::INFINITY;
        for _ in 0..10 {
            shortest = shortest.min(exhibition(n));
            if shortest < 1.02 * says {
                break;
            }
        }
        assert!(
            (shortest / says - 1.0).abs() < 0.05,
            "{n} boards: {shortest} minutes, {says} by the formula"
        );
        (n as f64, shortest)
    });
    let knee = knee(&points).unwrap();
    assert!((knee.at - 12.0).abs() < 0.5, "the knee at {}: {points:?}", knee.at);
}

#[test]
fn a_round_needs_two_turns_and_one_to_end_in() {
    let run = in_turns(&["ada"], |me| me.pause()).unwrap();
    assert!(run.round().unwrap_err().to_string().contains("no coroutine had two turns"));
}

#[test]
fn a_switch_between_coroutines_costs_a_small_part_of_one_between_threads() {
    let cost = cost::switch().unwrap();
    for threads in [cost.threads_on_one_core, cost.threads_on_two_cores].into_iter().flatten() {
        assert!(cost.coroutines > 0.0 && 4.0 * cost.coroutines < threads, "{cost:?}");
    }
}

#[test]
fn the_cost_of_a_coroutine_is_measured_and_too_many_are_refused() {
    let cost = cost::coroutine(200).unwrap();
    assert!(cost.start > Time::ZERO && cost.start <= cost.whole);
    if cfg!(target_os = "linux") {
        assert!(cost.memory < 100.0, "{} KB of {} are touched", cost.memory, coroutine::STACK >> 10);
    }
    let refused = cost::coroutine(Limit::of_stacks().count * 4 + 1).unwrap_err().to_string();
    assert!(refused.contains("too many coroutines") && refused.contains("because"), "{refused}");
    assert!(cost::coroutine(0).unwrap_err().to_string().contains("1 or more"));
}

#[test]
fn a_wait_of_no_time_is_over_at_once_and_can_be_drawn() {
    let run = record("replies at once")
        .coroutines(|run| {
            let mut board = run.spawn("board", |me| {
                for _ in 0..20 {
                    me.wait("his move", 0.0 * MILLISECOND);
                }
            });
            while board.resume() != Turn::Done {}
        })
        .unwrap();
    assert!(run.lanes[0].spans().iter().all(|span| span.end >= span.start));
    assert!(run.figure().svg().contains("board"));
}
