//! Threads on one core, held against the kernel's own record of switches, its weights and its rules; and careless
//! learners.
#![cfg(target_os = "linux")]

mod kernel_record;
mod not_tested;
mod stolen;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel_record::{Record, Switch};
use nix::libc;
use not_tested::not_tested;
use stolen::unless_stolen;
use timelanes::machine::now;
use timelanes::preempt::{THREADS, coverage};
use timelanes::prelude::*;

/// Runs share one core, so one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn last_core() -> usize {
    *Machine::here().cores.last().unwrap()
}

fn one_core<'env>(body: impl for<'scope> FnOnce(&Threads<'scope, 'env>)) -> Recorded {
    record("threads on one core").on_core(last_core()).threads(body)
}

/// What always holds, however busy the machine is.
fn is_sound(run: &Timeline) {
    let sums = coverage(run);
    assert_eq!(sums.overlap, 0, "two lanes on one core at once");
    let parts = sums.threads + sums.others + sums.unwanted + sums.paused + sums.switching;
    assert_eq!(parts, sums.length, "the core's time is not accounted for");
    assert_eq!(run.most_at_once(Running), 1);
}

/// What a thread and the kernel each saw between two moments.
struct Witness {
    name: &'static str,
    from: u64,
    to: u64,
    kernel: Vec<Switch>,
}

/// Absences as (left, came back) from the kernel's record of one thread.
fn absences(switches: &[Switch]) -> Vec<(u64, u64)> {
    switches
        .windows(2)
        .filter(|pair| pair[0].out && !pair[1].out)
        .map(|pair| (pair[0].time, pair[1].time))
        .collect()
}

/// Absences as the thread saw them itself, that lie between the two moments.
fn seen(run: &Timeline, witness: &Witness) -> Vec<(u64, u64)> {
    let spans = run.lane(witness.name).unwrap().spans();
    let running: Vec<_> = spans.iter().filter(|span| span.activity == Running).collect();
    let gaps = running.windows(2).map(|pair| (pair[0].end, pair[1].start));
    gaps.filter(|gap| gap.0 > witness.from && gap.1 < witness.to).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What the comparison over all threads came to.
#[derive(Default)]
struct Agreement {
    kernel: usize,
    found: usize,
    seen: usize,
    invented: usize,
    leaving: Errors,
    returning: Errors,
}

/// How far off moments were, in microseconds.
#[derive(Default)]
struct Errors {
    /// Where the core went from one thread of the lesson to another.
    between: Vec<f64>,
    /// Everywhere, also where somebody else had the core before or after.
    all: Vec<f64>,
}

impl Errors {
    fn add(&mut self, kernel: u64, seen: u64, between: bool) {
        let error = kernel.abs_diff(seen) as f64 / 1e3;
        self.all.push(error);
        if between {
            self.between.push(error);
        }
    }

    /// The medians between threads of the lesson (of all, where there were too few of these) and of all.
    fn medians(self) -> (f64, f64) {
        let all = median(self.all);
        (if self.between.len() < 50 { all } else { median(self.between) }, all)
    }
}

impl Agreement {
    /// `switches` are those of all witnesses.
    fn add(&mut self, run: &Timeline, witness: &Witness, switches: &[Switch]) {
        let (kernel, seen) = (absences(&witness.kernel), seen(run, witness));
        let touch = |one: &(u64, u64), other: &(u64, u64)| one.0 <= other.1 && other.0 <= one.1;
        self.kernel += kernel.len();
        self.seen += seen.len();
        self.found += kernel.iter().filter(|one| seen.iter().any(|other| touch(one, other))).count();
        for gap in &seen {
            let inside: Vec<_> = kernel.iter().filter(|one| touch(one, gap)).collect();
            match inside[..] {
                [] => self.invented += 1,
                [only] => {
                    let other = |out: bool, moment: u64| {
                        let mut near = switches.iter().filter(|one| one.time.abs_diff(moment) < 10_000);
                        near.any(|one| one.out == out && one.tid != witness.kernel[0].tid)
                    };
                    self.leaving.add(only.0, gap.0, other(false, only.0));
                    self.returning.add(only.1, gap.1, other(true, only.1));
                }
                _ => {}
            }
        }
    }
}

/// A run, what each of its threads saw, and all switches of the core where they can be had.
type Witnessed = (Timeline, Vec<Witness>, Option<Vec<Switch>>);

/// Three threads on one core until they have been switched `switches` times, with the kernel's record of each.
fn witnessed(switches: u64) -> Result<Witnessed, String> {
    Record::of_this_thread()?;
    let (total, witnesses) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let core = *Machine::here().cores.last().unwrap();
    let whole = Record::of_core(core).ok();
    let run = record("witnessed").on_core(core).within(40_000 * MILLISECOND).threads(|core| {
        for name in ["ada", "bob", "cem"] {
            let (total, witnesses) = (&total, &witnesses);
            core.spawn(name, move |lane| {
                let (record, from) = (Record::of_this_thread().unwrap(), now());
                let mut had = 0;
                while total.load(Ordering::Relaxed) < switches {
                    lane.step();
                    let new = lane.switches().all() - had;
                    if new > 0 {
                        had += new;
                        total.fetch_add(new, Ordering::Relaxed);
                    }
                }
                let (to, kernel) = (now(), record.take());
                witnesses.lock().unwrap().push(Witness { name, from, to, kernel });
            });
        }
    });
    Ok((run.unwrap(), witnesses.into_inner().unwrap(), whole.map(|record| record.take())))
}

/// For how much of the run the kernel had these threads, and anybody else, on the core: parts from 0 to 1.
fn parts_by_kernel(run: &Timeline, core: &[Switch]) -> (f64, f64) {
    let (start, end) = (run.start(), run.start() + coverage(run).length);
    let (mut ours, mut others) = (0, 0);
    let mut since = None;
    for switch in core {
        match (switch.out, since.take()) {
            (false, _) => since = Some(switch.time),
            (true, Some(from)) => {
                let length = switch.time.min(end).saturating_sub(std::cmp::max(from, start));
                if run.lanes.iter().any(|lane| lane.tid == switch.tid) {
                    ours += length;
                } else if switch.tid != 0 {
                    others += length;
                }
            }
            (true, None) => {}
        }
    }
    (ours as f64 / (end - start) as f64, others as f64 / (end - start) as f64)
}

/// With three threads and one busy program on each core, others have a quarter of it. Far beyond, each return finds
/// the caches full of somebody else's, and takes as long as it takes.
const MOST_OTHERS: f64 = 0.5;
/// Below it the core counts as quiet, whatever else this machine does.
const FEW_OTHERS: f64 = 0.02;

fn agrees_with_the_kernel(busy: bool) {
    let (run, witnesses, core) = match witnessed(1_200) {
        Ok(all) => all,
        Err(why) => {
            let demanded = std::env::var_os("TIMELANES_DEMAND_GROUND_TRUTH").is_some();
            assert!(!demanded, "this machine should let a thread see the kernel's record of it: {why}");
            return not_tested(format!("switches against the kernel's own record ({why})"));
        }
    };
    is_sound(&run);
    let mut agreement = Agreement::default();
    let switches: Vec<_> = witnesses.iter().flat_map(|witness| witness.kernel.iter().copied()).collect();
    witnesses.iter().for_each(|witness| agreement.add(&run, witness, &switches));
    let Agreement { kernel, found, seen, invented, leaving, returning } = agreement;
    let covered = coverage(&run).covered() * 100.0;
    let ((leaving, any_leaving), (returning, any_returning)) = (leaving.medians(), returning.medians());
    eprintln!(
        "{found} of {kernel} switches found, {invented} of {seen} invented; {covered:.1} % of the time covered"
    );
    eprintln!(
        "medians: leaving seen {leaving:.1} µs off between the threads and {any_leaving:.1} µs in all, coming back \
         {returning:.1} and {any_returning:.1} µs"
    );
    assert!(kernel >= 1_000, "only {kernel} switches");
    assert!(found as f64 >= 0.995 * kernel as f64, "{found} of {kernel} found");
    assert_eq!(invented, 0);
    let had = coverage(&run).others as f64 / coverage(&run).length as f64;
    if had > MOST_OTHERS {
        not_tested("how exact the moments of a switch are, on a core that others had for most of the time");
    } else {
        // Where others run in between, the caches are cold, and everything is seen later: still hundredths of a time slice.
        let room = if had > FEW_OTHERS { 4.0 } else { 1.0 };
        let off = format!("leaving {leaving} µs, coming back {returning} µs off");
        assert!(leaving <= 10.0 * room && returning <= 5.0 * room, "{off}");
    }
    let Some(core) = core else {
        return not_tested("what else ran on the core, which only root may watch");
    };
    let (ours, others) = parts_by_kernel(&run, &core);
    eprintln!("by the kernel's record the threads had {:.1} %, others {:.1} %", ours * 100.0, others * 100.0);
    assert!(
        (coverage(&run).covered() - ours).abs() < 0.02,
        "{covered:.1} % covered, {ours:.3} by the kernel"
    );
    let of_ours = covered / ours;
    assert!(of_ours >= 98.0, "{of_ours:.1} % of the time in which the kernel had them there");
    if busy || ours < 0.99 {
        return not_tested("the covered part of all time, on a quiet core");
    }
    assert!(covered >= 98.0, "{covered:.1} % covered on a quiet core");
}

#[test]
fn the_kernel_s_own_record_has_the_same_switches() {
    let _alone = alone();
    unless_stolen("the kernel's own record of switches", || agrees_with_the_kernel(false));
}

#[test]
fn the_kernel_s_own_record_has_the_same_switches_with_all_cores_busy() {
    let _alone = alone();
    unless_stolen("the kernel's own record of switches with all cores busy", agrees_with_all_cores_busy);
}

fn agrees_with_all_cores_busy() {
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..Machine::here().cores.len() {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let outcome = std::panic::catch_unwind(|| agrees_with_the_kernel(true));
        stop.store(true, Ordering::Relaxed);
        outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

#[test]
fn shares_follow_the_kernel_s_weights_of_nice_values() {
    let _alone = alone();
    unless_stolen("shares by nice values", shares_follow_weights);
}

fn shares_follow_weights() {
    // kernel/sched/core.c, sched_prio_to_weight: nice 0, 5, 10.
    let weights = [("ada", 0, 1024.0), ("bob", 5, 335.0), ("cem", 10, 110.0)];
    let all: f64 = weights.iter().map(|(_, _, weight)| weight).sum();
    let run = one_core(|core| {
        for (name, nice, _) in weights {
            core.spawn(name, |lane| {
                while lane.elapsed() < 3_000 * MILLISECOND {
                    lane.step()
                }
            })
            .nice(nice);
        }
    })
    .unwrap();
    is_sound(&run);
    for (name, nice, weight) in weights {
        let (share, expected) = (run.share(name).unwrap(), weight / all * 100.0);
        eprintln!("nice {nice}: {share:.1} %, by weight {expected:.1} %");
        assert!(
            (share - expected).abs() < 5.0,
            "nice {nice} had {share:.1} %, its weight is {expected:.1} %"
        );
        let cpu = run.lane(name).unwrap().cpu.unwrap().as_secs_f64() * 1e3;
        let on_core = run.total(name, Running).unwrap().count();
        assert!(
            (cpu / on_core - 1.0).abs() < 0.05,
            "{on_core:.1} ms seen, {cpu:.1} ms of CPU time by the kernel"
        );
    }
}

#[test]
fn nice_values_count_from_the_one_that_is_there_and_end_at_19() {
    let _alone = alone();
    let as_nicer = || {
        // SAFETY: setpriority takes plain numbers; "process 0" is the calling thread, which ends soon.
        assert_eq!(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 10) }, 0);
        as_nobody(|| {
            one_core(|core| {
                for nice in [0, 5, 10] {
                    core.spawn(format!("{nice} nicer"), |lane| lane.step()).nice(nice);
                }
                core.spawn("not told", |lane| lane.step());
            })
        })
    };
    let run = std::thread::scope(|scope| scope.spawn(as_nicer).join().unwrap()).unwrap();
    let nice: Vec<_> = run.lanes.iter().filter_map(|lane| lane.nice).collect();
    assert_eq!(nice, [10, 15, 19, 10]);
    assert!(run.notes.iter().any(|note| note.contains("nice value 10") && note.contains("became 19")));
}

#[test]
fn a_sleeper_leaves_by_itself_and_a_spinner_is_sent() {
    let _alone = alone();
    let run = one_core(|core| {
        core.spawn("spinner", |lane| {
            while lane.elapsed() < 200 * MILLISECOND {
                lane.step()
            }
        });
        core.spawn("sleeper", |lane| (0..10).for_each(|_| lane.wait("sleeps", 5 * MILLISECOND)));
    })
    .unwrap();
    is_sound(&run);
    let (spinner, sleeper) = (run.lane("spinner").unwrap(), run.lane("sleeper").unwrap());
    // Others may have the core when the sleeper wakes, and a spinner may wait for a page of memory.
    assert!(sleeper.switches.unwrap().voluntary >= 10, "{:?}", sleeper.switches);
    let kinds = spinner.switches.unwrap();
    assert!(kinds.involuntary > kinds.voluntary && kinds.voluntary < 3, "the spinner was sent: {kinds:?}");
    let spans = run.lane("sleeper").unwrap().spans();
    let slept = spans.iter().filter(|span| span.activity == Waiting && span.length() >= 4_900_000);
    assert_eq!(slept.count(), 10);
}

#[test]
fn two_threads_get_longer_slices_where_they_ask_for_them() {
    let _alone = alone();
    let asked = |slice: Option<Time>| {
        let run = one_core(|core| {
            for name in ["ada", "bob"] {
                let thread = core.spawn(name, |lane| {
                    while lane.elapsed() < 400 * MILLISECOND {
                        lane.step()
                    }
                });
                if let Some(slice) = slice {
                    thread.slice(slice);
                }
            }
        });
        let run = run.unwrap();
        (run.median_slice(), coverage(&run).others as f64 / coverage(&run).length as f64)
    };
    let release = nix::sys::utsname::uname().unwrap().release().to_string_lossy().into_owned();
    let mut numbers = release.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    if (numbers.next(), numbers.next()) < (Some(6), Some(12)) {
        return not_tested(format!("slices, to which Linux {release} does not listen"));
    }
    // A thread that asked for nothing has a short slice, and goes before those who asked for a long one: what is
    // asked for shows on a quiet core only.
    let tries = (0..5).map(|_| [asked(None), asked(Some(30 * MILLISECOND))]);
    let quiet: Vec<_> = tries.filter(|[one, other]| one.1.max(other.1) < 0.02).collect();
    eprintln!("usual and long slices (ms), and how much others had: {quiet:?}");
    if quiet.is_empty() {
        return not_tested("slices that were asked for: others had the core too");
    }
    assert!(quiet.iter().any(|[usual, long]| long.0 / usual.0 > 1.5), "{quiet:?}");
}

#[test]
fn batch_is_for_everybody_and_shares_alike() {
    let _alone = alone();
    unless_stolen("shares under the batch policy", batch_shares_alike);
}

fn batch_shares_alike() {
    let run = one_core(|core| {
        for name in ["ada", "bob"] {
            core.spawn(name, |lane| {
                while lane.elapsed() < 500 * MILLISECOND {
                    lane.step()
                }
            })
            .policy(KernelPolicy::Batch);
        }
    })
    .unwrap();
    assert!((run.share("ada").unwrap() - 50.0).abs() < 10.0);
    assert_eq!(run.lane("bob").unwrap().policy, Some(KernelPolicy::Batch.name()));
}

/// Runs `body` in a thread without any privilege; the rest of this process keeps its own.
fn as_nobody<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    let drop_rights = || {
        // SAFETY: the raw call, unlike libc's, changes the calling thread alone, which ends with this function.
        // Who may not do this has no privilege to lose.
        unsafe { libc::syscall(libc::SYS_setresuid, 65_534, 65_534, 65_534) };
    };
    let in_thread = move || {
        drop_rights();
        body()
    };
    std::thread::scope(|scope| scope.spawn(in_thread).join().unwrap())
}

#[test]
fn without_the_right_real_time_and_less_nice_are_refused_in_words() {
    let _alone = alone();
    for policy in [KernelPolicy::Fifo, KernelPolicy::RoundRobin] {
        let begun = AtomicU64::new(0);
        let run = as_nobody(|| {
            one_core(|core| {
                core.spawn("ada", |_| {
                    begun.fetch_add(1, Ordering::Relaxed);
                });
                core.spawn("bob", |_| {
                    begun.fetch_add(1, Ordering::Relaxed);
                })
                .policy(policy);
            })
        });
        let says = run.unwrap_err().to_string();
        assert!(says.contains("bob") && says.contains("real-time"), "{says}");
        assert_eq!(begun.into_inner(), 0, "nobody begins when one of them cannot");
    }
    let less = as_nobody(|| {
        one_core(|core| {
            core.spawn("ada", |lane| lane.step()).nice(-5);
        })
    });
    assert!(less.unwrap_err().to_string().contains("nice -5"));
    as_nobody(|| {
        one_core(|core| {
            core.spawn("ada", |lane| lane.step()).nice(19);
        })
    })
    .unwrap();
}

#[test]
fn with_the_right_to_it_fifo_keeps_the_core_to_the_end() {
    let _alone = alone();
    let run = one_core(|core| {
        core.spawn("ordinary", |lane| {
            while lane.cpu_time() < 15 * MILLISECOND {
                lane.step()
            }
        });
        core.spawn("fifo", |lane| {
            while lane.cpu_time() < 15 * MILLISECOND {
                lane.step()
            }
        })
        .policy(KernelPolicy::Fifo);
    });
    match run {
        Ok(run) => {
            is_sound(&run);
            assert_eq!(run.finish_order()[0], "fifo");
            assert!(run.lane("fifo").unwrap().queueings().iter().skip(1).all(|wait| *wait < 5 * MILLISECOND));
        }
        Err(why) => not_tested(format!("SCHED_FIFO ({why})")),
    }
}

#[test]
fn an_endless_loop_of_steps_ends_at_the_limit_and_says_so() {
    let _alone = alone();
    let limit = 150 * MILLISECOND;
    let run = record("for ever").on_core(last_core()).within(limit).threads(|core| {
        core.spawn("for ever", |lane| {
            loop {
                lane.step()
            }
        });
        core.spawn("done", |lane| lane.step());
    });
    let says = run.unwrap_err().to_string();
    assert!(says.contains("0.15 s") && says.contains("never ends"), "{says}");
}

#[test]
fn an_endless_loop_that_only_asks_for_its_time_ends_at_the_limit_too() {
    let _alone = alone();
    for loops in [
        |lane: &LaneWriter| while lane.cpu_time() < 40 * MILLISECOND {},
        |lane: &LaneWriter| {
            lane.step();
            while lane.cpu_time() < 40 * MILLISECOND {}
        },
        |lane: &LaneWriter| {
            lane.step();
            while lane.elapsed() < 10_000 * MILLISECOND {}
        },
    ] {
        let run = record("only asks").within(100 * MILLISECOND).threads(|run| {
            run.spawn("only asks", loops);
        });
        let says = run.unwrap_err().to_string();
        assert!(says.contains("0.1 s") && says.contains("never ends"), "{says}");
        assert!(!stays("only asks"));
    }
    // What is asked for in time is answered, and goes on.
    let run = record("waits by looking").threads(|run| {
        run.spawn("looks", |lane| {
            lane.step();
            while lane.elapsed() < 20 * MILLISECOND {}
            lane.mark("done");
        });
    });
    assert_eq!(run.unwrap().lane("looks").unwrap().notes().count(), 1);
}

#[test]
fn asking_for_too_little_or_too_much_is_answered_in_words() {
    let _alone = alone();
    let says = |run: Recorded| run.map(|_| ()).unwrap_err().to_string();
    assert!(says(one_core(|_| ())).contains("run.spawn"));
    let many = one_core(|core| {
        (0..1_000_000).for_each(|_| {
            core.spawn("x", |lane| lane.step());
        })
    });
    assert!(says(many).contains(&THREADS.to_string()));
    for nice in [-21, 20, i32::MAX] {
        let run = one_core(|core| {
            core.spawn("ada", |lane| lane.step()).nice(nice);
        });
        assert!(says(run).contains("-20"));
    }
    for slice in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        let run = one_core(|core| {
            core.spawn("ada", |lane| lane.step()).slice(slice * MILLISECOND);
        });
        assert!(says(run).contains("0.1 to 100"));
    }
    let run = record("nowhere").on_core(100_000).threads(|core| {
        core.spawn("ada", |lane| lane.step());
    });
    assert!(says(run).contains("100000"));
    for wait in [-1.0, f64::NAN, f64::INFINITY, 1e9] {
        let run = one_core(|core| {
            core.spawn("ada", move |lane| lane.wait("sleeps", wait * MILLISECOND));
        });
        let text = says(run);
        assert!(text.contains("ada") && (wait != 1e9 || text.contains("a run may last")), "{text}");
    }
    let run = one_core(|core| {
        core.spawn("ada", |_| panic!("on purpose"));
    });
    assert!(says(run).contains("on purpose"));
    let run = one_core(|_| panic!("in the body"));
    assert!(says(run).contains("in the body"));
    let run = one_core(|core| {
        core.spawn("ada", |lane| lane.step());
    })
    .unwrap();
    assert!(run.lane("bob").unwrap_err().to_string().contains("ada"));
    assert!(run.share("bob").is_err());
}

/// What a run must not change: affinity, nice value and policy of the calling thread.
fn state() -> (Vec<usize>, [String; 4]) {
    let status = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    // Priority, nice value, real-time priority and policy: fields 18, 19, 40 and 41 of proc(5).
    let fields: Vec<_> = status.rsplit_once(')').unwrap().1.split_whitespace().collect();
    (Machine::here().cores, [15, 16, 37, 38].map(|field| fields[field].to_owned()))
}

/// Whether a thread of this process is called `name`, and still is a second later: the kernel clears a thread away
/// a moment after it was joined.
fn stays(name: &str) -> bool {
    (0..100).all(|_| {
        std::thread::sleep(Duration::from_millis(10));
        is_there(name)
    })
}

/// Whether a thread of this process is called `name`.
fn is_there(name: &str) -> bool {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok);
    let mut names = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok());
    names.any(|other| other.trim() == name)
}

#[test]
fn nothing_is_left_behind_whatever_the_learner_s_code_does() {
    let _alone = alone();
    let before = state();
    let run = |work: fn(&LaneWriter), policy| {
        let run = record("left behind").on_core(last_core()).within(50 * MILLISECOND).threads(|core| {
            core.spawn("left behind?", work).nice(10).policy(policy);
        });
        assert!(!stays("left behind?"));
        run
    };
    assert!(run(|lane| lane.step(), KernelPolicy::Batch).is_ok());
    assert!(run(|_| panic!("on purpose"), KernelPolicy::Other).is_err());
    assert!(
        run(
            |lane| loop {
                lane.step()
            },
            KernelPolicy::Other
        )
        .is_err()
    );
    let _ = run(|lane| lane.step(), KernelPolicy::Fifo);
    assert_eq!(state(), before);
}

#[test]
fn a_hundred_threads_on_one_core_all_come_round() {
    let _alone = alone();
    let run = one_core(|core| {
        for number in 0..100 {
            core.spawn(format!("thread {number}"), |lane| {
                while lane.cpu_time() < 5 * MILLISECOND {
                    lane.step()
                }
            });
        }
    })
    .unwrap();
    is_sound(&run);
    assert!(
        (0..100).all(|number| run.total(&format!("thread {number}"), Running).unwrap() >= 5 * MILLISECOND)
    );
}

const IN_QUOTA: &str = "TIMELANES_TEST_IN_QUOTA";

#[test]
fn a_cpu_quota_is_recognised_and_called_by_its_name() {
    let _alone = alone();
    if std::env::var_os(IN_QUOTA).is_some() {
        let run = one_core(|core| {
            for name in ["ada", "bob"] {
                core.spawn(name, |lane| {
                    while lane.elapsed() < 600 * MILLISECOND {
                        lane.step()
                    }
                });
            }
        })
        .unwrap();
        is_sound(&run);
        let quota = run.lane("CPU quota").expect("the pauses have a lane of their own");
        // A third of a core: paused for two thirds of the time, less what the first and last period let through.
        assert!((0.4..0.8).contains(&(coverage(&run).paused as f64 / coverage(&run).length as f64)));
        assert!(quota.spans().len() >= 4 && run.figure().text().contains("CPU quota was used up"));
        return;
    }
    match in_quota(30_000) {
        Ok(answer) => assert!(
            answer.status.success(),
            "{}{}",
            String::from_utf8_lossy(&answer.stdout),
            String::from_utf8_lossy(&answer.stderr)
        ),
        Err(why) => not_tested(format!("a CPU quota: no control group can be made here ({why})")),
    }
}

/// Runs this test once more in a control group (version 1 or 2) that may use `micros` of each 100,000.
fn in_quota(micros: u32) -> std::io::Result<std::process::Output> {
    let name = format!("timelanes-test-{}", std::process::id());
    let second = std::path::Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    let group = std::path::Path::new(if second { "/sys/fs/cgroup" } else { "/sys/fs/cgroup/cpu" }).join(name);
    std::fs::create_dir(&group)?;
    let limited = if second {
        std::fs::write(group.join("cpu.max"), format!("{micros} 100000"))
    } else {
        std::fs::write(group.join("cpu.cfs_quota_us"), micros.to_string())
    };
    let script = "echo $$ > \"$0/cgroup.procs\" && exec \"$1\" --exact a_cpu_quota_is_recognised_and_called_by_its_name";
    let answer = limited.and_then(|()| {
        std::process::Command::new("sh")
            .args(["-c", script])
            .arg(&group)
            .arg(std::env::current_exe()?)
            .env(IN_QUOTA, "1")
            .output()
    });
    std::fs::remove_dir(&group)?;
    answer
}
