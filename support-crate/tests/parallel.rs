//! Work divided over cores: every chunk is done once, steals are told as they were, and Amdahl's law finds what is serial.

mod not_tested;
#[cfg(target_os = "linux")]
mod stolen;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use not_tested::not_tested;
use rayon::prelude::*;
use timelanes::parallel::CHUNKS;
use timelanes::prelude::*;
use timelanes::timeline::ArrowKind;

/// Timing-dependent tests are run so often.
const TIMES: usize = 30;

/// Something to compute that no compiler can leave out.
fn collatz(mut number: u64) -> u64 {
    let mut steps = 0;
    while number > 1 {
        number = if number.is_multiple_of(2) { number / 2 } else { 3 * number + 1 };
        steps += 1;
    }
    steps
}

#[test]
fn every_chunk_is_done_exactly_once_whatever_is_stolen_and_results_keep_their_order() {
    for round in 0..TIMES {
        let (workers, count) = (1 + round % 7, [0, 1, 5, 37, 1000][round % 5]);
        let done: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
        let (mut lengths, mut steals) = (Vec::new(), 0);
        let run = record("uneven").pool(Workers(workers), |run| {
            lengths = run.each(0..count, |chunk, _| {
                done[chunk].fetch_add(1, SeqCst);
                // The first worker's share takes the longest.
                (0..if chunk * workers < count { 400 } else { 4 })
                    .map(collatz)
                    .max()
                    .map(|most| (chunk, most))
            });
            steals = run.steals();
        });
        let run = run.unwrap();
        assert!(done.iter().all(|times| times.load(SeqCst) == 1));
        assert!(lengths.iter().enumerate().all(|(at, length)| length.unwrap().0 == at));
        assert_eq!((run.chunks().len(), run.steals()), (count, steals));
        assert_eq!(run.lanes.len(), workers);
    }
}

#[test]
fn results_are_those_of_a_loop() {
    let alone: Vec<u64> = (0..5000).map(collatz).collect();
    let (mut pool, mut on_rayon) = (Vec::new(), Vec::new());
    record("pool").pool(Workers(3), |run| pool = run.each(0..5000, |n, _| collatz(n))).unwrap();
    record("rayon")
        .rayon(Workers(3), |run| {
            on_rayon = (0..5000).into_par_iter().map(|n| run.chunk("collatz", |_| collatz(n))).collect();
        })
        .unwrap();
    assert_eq!(alone, pool);
    assert_eq!(alone, on_rayon);
}

#[test]
fn who_has_nothing_left_steals_the_last_of_another_and_the_arrow_says_from_whom() {
    for _ in 0..TIMES {
        let done = AtomicUsize::new(0);
        let run = record("one is held up").pool(Workers(2), |run| {
            run.each(0..8, |chunk, _| {
                // The first one comes back when all others are done, which takes a thief.
                while chunk == 0 && done.load(SeqCst) < 7 {
                    std::thread::yield_now();
                }
                done.fetch_add(1, SeqCst);
            });
        });
        let run = run.unwrap();
        let holder = run.chunks().into_iter().find(|chunk| chunk.label == "chunk 0").unwrap().worker;
        let steals: Vec<_> = run.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Steal).collect();
        let from = |lane: usize| run.lanes[lane].name.as_str();
        assert!(steals.iter().all(|steal| from(steal.from.0) != from(steal.to.0)));
        let of_the_holder = steals.iter().filter(|steal| from(steal.from.0) == holder).count();
        let by_the_holder = run.chunks().iter().filter(|chunk| chunk.worker == holder).count();
        // What was dealt to the one that was held up, and not done by it, was stolen from it.
        if holder == "worker 0" {
            assert!(of_the_holder >= 4 - by_the_holder && of_the_holder > 0, "{steals:?}");
        }
        assert!(!steals.is_empty());
    }
}

#[test]
fn workers_are_parked_while_nobody_has_work_for_them() {
    let run = record("a serial part").pool(Workers(2), |run| {
        let main = run.lane("main");
        main.wait("reads", 20 * MILLISECOND);
        run.each(0..4, |_, lane| lane.work("counts", 1 * MILLISECOND));
    });
    let run = run.unwrap();
    for worker in ["worker 0", "worker 1"] {
        assert!(run.both(Waiting, worker, "main").unwrap() > 15 * MILLISECOND);
        assert!(run.lane(worker).unwrap().called("parked").count() >= 2);
    }
    let counted: Time =
        ["worker 0", "worker 1"].map(|name| run.total(name, Running).unwrap()).into_iter().sum();
    assert!(counted >= 4 * MILLISECOND);
}

#[test]
fn a_panic_in_a_chunk_is_named_and_ends_the_run_for_all_workers() {
    for _ in 0..TIMES {
        let (begun, after) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let run = record("one breaks").pool(Workers(2), |run| {
            run.each(0..20_000, |chunk, _| {
                begun.fetch_add(1, SeqCst);
                if chunk == 3 {
                    // A panic without its message, whose backtrace would take longer than all chunks.
                    std::panic::resume_unwind(Box::new("the cup is broken"));
                }
                std::thread::sleep(std::time::Duration::from_micros(50));
            });
            after.fetch_add(1, SeqCst);
        });
        let said = run.unwrap_err().to_string();
        assert!(said.contains("chunk 3 on worker") && said.contains("the cup is broken"), "{said}");
        assert!(begun.load(SeqCst) < 20_000 && after.load(SeqCst) == 0);
    }
}

#[test]
fn nobody_nothing_and_too_many_are_told_clearly() {
    let said = |run: Recorded| run.unwrap_err().to_string();
    assert!(said(record("0").pool(Workers(0), |_| {})).contains("Workers(1) or more"));
    assert!(said(record("0").rayon(Workers(0), |_| {})).contains("Workers(1) or more"));
    assert!(said(record("0").pool(CurrentThread, |_| {})).contains("threads of its own"));
    let many = said(record("many").pool(Workers(100_000_000), |_| {}));
    assert!(many.contains("too many workers") && many.contains("because"), "{many}");
    let endless = said(record("endless").pool(Workers(2), |run| _ = run.each(0_u64.., |_, _| ())));
    assert!(endless.contains(&format!("too many chunks: at most {CHUNKS}")), "{endless}");
    let nothing = record("nothing").pool(Workers(2), |run| assert!(run.each(0..0, |n: i32, _| n).is_empty()));
    assert!(nothing.unwrap().notes[0].contains("nobody gave the pool a chunk"));
    assert!(
        said(sweep(&[], |_| record("").threads(|_| {})).map(|_| Timeline::new("")))
            .contains("one number or more")
    );
}

#[test]
fn a_million_chunks_are_done_and_recorded() {
    let mut sum = 0_u64;
    let run = record("a million").pool(Workers(2), |run| {
        sum = run.each(0..1_000_000_u64, |n, _| n).into_iter().sum();
    });
    let run = run.unwrap();
    assert_eq!((sum, run.chunks().len()), (499_999_500_000, 1_000_000));
    assert!(run.figure().svg().len() < 1_000_000);
}

#[test]
fn an_endless_chunk_and_endless_chunks_end_at_the_limit() {
    let limited = || record("endless").within(100 * MILLISECOND);
    let step = limited().pool(Workers(2), |run| {
        run.each(0..2, |_, lane| {
            loop {
                lane.step()
            }
        });
    });
    let chunks = limited().pool(Workers(2), |run| {
        loop {
            run.each(0..100, |n, _| n);
        }
    });
    let on_rayon = limited().rayon(Workers(2), |run| {
        loop {
            (0..100).into_par_iter().for_each(|n| run.chunk("chunk", |_| _ = n));
        }
    });
    for run in [step, chunks, on_rayon] {
        let failed = run.unwrap_err();
        assert!(failed.to_string().contains("limit"), "{failed}");
        assert!(!failed.timeline().chunks().is_empty());
    }
}

#[test]
fn steps_waits_and_work_inside_a_chunk_lie_in_it() {
    let run = record("nested").pool(Workers(1), |run| {
        run.each(0..3, |_, lane| {
            (0..10).for_each(|_| lane.step());
            lane.wait("a pause", 1 * MILLISECOND);
            lane.step();
            lane.work("counts", 0.1 * MILLISECOND);
            lane.step();
        });
    });
    let run = run.unwrap();
    let lane = run.lane("worker 0").unwrap();
    let chunks = run.chunks();
    assert_eq!(chunks.len(), 3);
    for span in lane.spans().iter().filter(|span| span.depth > 0) {
        assert!(chunks.iter().any(|chunk| chunk.start <= span.start && span.end <= chunk.end), "{span:?}");
    }
    // Each counts in one span, or in more where it was taken off the core meanwhile.
    for chunk in &chunks {
        assert!(
            lane.called("counts").any(|span| chunk.start <= span.start && span.end <= chunk.end),
            "{chunk:?}"
        );
    }
    assert!(lane.called("has the core").count() >= 3);
}

#[test]
fn rayons_workers_have_lanes_and_its_panics_are_named() {
    let run = record("rayon").rayon(Workers(3), |run| {
        (0..60)
            .into_par_iter()
            .for_each(|_| run.chunk("counts", |lane| lane.work("counts", 0.1 * MILLISECOND)));
    });
    let run = run.unwrap();
    assert_eq!(run.lanes.len(), 3);
    assert_eq!(run.chunks().len(), 60);
    let broken = record("rayon").rayon(Workers(2), |run| {
        (0..60).into_par_iter().for_each(|n| run.chunk("fills", |_| assert!(n != 7, "the cup is broken")));
    });
    let said = broken.unwrap_err().to_string();
    assert!(said.contains("fills on worker") && said.contains("the cup is broken"), "{said}");
    let outside = record("outside").rayon(Workers(1), |run| {
        std::thread::scope(|scope| _ = scope.spawn(|| run.chunk("lost", |_| ())).join());
    });
    assert!(outside.unwrap_err().to_string().contains("no worker of this run"));
    let other = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let elsewhere = record("elsewhere").rayon(Workers(1), |run| other.install(|| run.chunk("lost", |_| ())));
    assert!(elsewhere.unwrap_err().to_string().contains("no worker of this run"));
}

#[test]
fn chunks_under_one_lock_never_overlap() {
    let run = record("one lock").pool(Workers(4), |run| {
        let lock = run.mutex("the lock", ());
        run.each(0..20, |_, lane| {
            let _held = lock.lock(lane);
            lane.work("counts", 0.5 * MILLISECOND);
        });
    });
    let run = run.unwrap();
    let mut holds: Vec<_> = run.lanes.iter().flat_map(|lane| &lane.holds).collect();
    holds.sort_by_key(|hold| hold.start);
    assert_eq!(holds.len(), 20);
    assert!(holds.windows(2).all(|two| two[0].end <= two[1].start));
}

#[test]
fn bookkeeping_is_most_of_tiny_chunks_and_next_to_nothing_of_long_ones() {
    for _ in 0..TIMES {
        // Hundreds of chunks of either length: the median of a handful is one slice taken by the kernel.
        let share = |chunks: u64, grain: u64| {
            let run = record("grain").pool(Workers(2), |run| {
                run.each(0..chunks, |chunk, _| {
                    (chunk * grain..(chunk + 1) * grain).fold(0, |sum, n| std::hint::black_box(sum ^ n))
                });
            });
            run.unwrap().bookkeeping()
        };
        let (tiny, long) = (share(20_000, 1), share(400, 10_000));
        assert!(tiny > 0.2 && long < 0.2 && long < tiny / 2.0, "{tiny} {long}");
    }
}

#[test]
fn a_sweep_runs_each_number_in_each_round_and_waits_cost_nothing() {
    let mut asked = Vec::new();
    let waits = sweep(&[1, 16], |count| {
        asked.push(count);
        record("waits").threads(|run| {
            for name in 0..count {
                run.spawn(format!("{name}"), |lane| lane.wait("a pause", 20 * MILLISECOND));
            }
        })
    });
    let waits = waits.unwrap();
    assert_eq!(asked.len(), 2 * waits.rounds.len());
    assert!(waits.rounds.len() >= 3 && asked.starts_with(&[1, 16, 16, 1]));
    // Sixteen in a row would take sixteen times as long.
    assert!(waits.relative()[1].1 < 4.0, "{waits:?}");
    assert!(sweep(&[1, 2], |count| record("2").pool(Workers(count - 1), |_| {})).is_err());
}

#[test]
#[cfg(target_os = "linux")]
fn tasks_that_share_a_core_slow_each_other_down_and_need_no_more_cpu_time() {
    stolen::unless_stolen("tasks that share a core", tasks_that_share_a_core);
}

#[cfg(target_os = "linux")]
fn tasks_that_share_a_core() {
    let core = *Machine::here().cores.last().unwrap();
    let crowd = sweep(&[1, 4], |count| {
        record("on one core").on_core(core).threads(|run| {
            for name in 0..count {
                run.spawn(format!("{name}"), |lane| lane.work("counts", 10 * MILLISECOND));
            }
        })
    });
    let crowd = crowd.unwrap();
    // Four times as slow, where others on the machine do not slow down the one that is alone as well.
    assert!(crowd.relative()[1].1 > 1.3, "{crowd:?}");
    let cpu = crowd.cpu_times();
    assert!((3.0..6.0).contains(&(cpu[1].1 / cpu[0].1)), "{cpu:?}");
}

#[test]
fn amdahls_law_finds_the_serial_part_of_a_real_run() {
    let job = |workers| {
        record("a quarter is serial").pool(Workers(workers), |run| {
            run.lane("main").work("alone", 4 * MILLISECOND);
            run.each(0..24, |_, lane| lane.work("chunk", 0.5 * MILLISECOND));
        })
    };
    if Machine::here().siblings.len() < 2 || !Machine::here().is_parallel() {
        let curve = speed_up(job).unwrap();
        assert!(curve.fit().unwrap_err().to_string().contains("nothing to gain"));
        assert!(curve.figure().text().contains("nothing to gain"));
        return not_tested("Amdahl's law on a real run: this process has one core");
    }
    // With others at work on this machine, a second worker gets less than a second core.
    for _ in 0..20 {
        let curve = speed_up(job).unwrap();
        let waited = curve.sweep.kept_waiting(curve.cores()).unwrap();
        let law = curve.fit().unwrap();
        let told = curve.figure().text();
        assert!(told.contains("Amdahl's law, fitted to") && told.contains("worst round"), "{told}");
        assert_eq!(curve.at(1).unwrap(), 1.0);
        // What is counted hangs on nobody else.
        assert!((curve.sweep.alone() - 0.25).abs() < 0.05, "{}", curve.sweep.alone());
        if waited < 0.03 && law.high - law.low < 0.1 {
            assert!((law.serial - 0.25).abs() < 0.12, "{law}, {waited}");
            return;
        }
    }
    not_tested("Amdahl's law on a real run: others were at work all the time");
}
