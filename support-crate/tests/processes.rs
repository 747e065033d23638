//! Children of this process, whatever the learner's code does in them.
//!
//! A fork needs a process with one thread, so this file has a main function of its own instead of the usual harness:
//! it runs one test after another, by the names given as arguments or all.

#[cfg(target_os = "linux")]
mod one_thread;

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    use std::time::{Duration, Instant};

    use timelanes::machine;
    use timelanes::prelude::*;
    use timelanes::process::{Child, record_processes_within};

    use crate::one_thread;

    fn lives(pid: u32) -> bool {
        std::path::Path::new(&format!("/proc/{pid}")).exists()
    }

    /// Runs one child to its end.
    fn one(body: impl FnOnce(&LaneWriter)) -> (Result<Timeline, Error>, Ending, Child) {
        let mut child = None;
        let run = record_processes("one", |family| child = Some(family.fork("ada", body)));
        let child = child.unwrap();
        (run, child.ending().unwrap(), child)
    }

    fn a_child_changes_its_own_memory_only() {
        let mut money = 100;
        let run = record_processes("money", |family| {
            for name in ["ada", "bob"] {
                family.fork(name, |lane| {
                    money += 1;
                    lane.mark(&money.to_string());
                });
            }
        })
        .unwrap();
        assert_eq!(money, 100);
        assert_eq!(run.lane("ada").unwrap().marks()[1].label, "101");
        assert_eq!(run.lane("bob").unwrap().marks()[1].label, "101");
    }

    fn lanes_carry_the_children_s_numbers_and_one_clock() {
        let mut pids = Vec::new();
        let before = machine::now();
        let run = record_processes("numbers", |family| {
            family.lane("parent").mark("here");
            pids.push(std::process::id());
            for name in ["ada", "bob"] {
                pids.push(family.fork(name, |lane| lane.wait("waits", 2 * MILLISECOND)).id());
            }
        })
        .unwrap();
        let after = machine::now();
        let found: Vec<u32> = run.lanes.iter().map(|lane| lane.pid).collect();
        assert_eq!(found, pids);
        assert!(run.lanes.iter().all(|lane| before <= lane.start().unwrap() && lane.end().unwrap() <= after));
    }

    fn two_hundred_thousand_events_survive_a_kill() {
        let written = Shared::<AtomicU64>::new().unwrap();
        let run = record_processes("killed", |family| {
            let child = family.fork("ada", |lane| {
                for number in 0..100_000 {
                    lane.during(Running, if number % 2 == 0 { "even" } else { "odd" }, || ());
                }
                lane.becomes(Waiting, "for ever");
                written.store(1, Relaxed);
                loop {
                    std::thread::park();
                }
            });
            while written.load(Relaxed) == 0 {
                std::thread::sleep(Duration::from_micros(100));
            }
            assert_eq!(child.kill(), Ending::Killed("SIGKILL".to_owned()));
            std::thread::sleep(Duration::from_millis(20));
        })
        .unwrap();
        let lane = run.lane("ada").unwrap();
        assert_eq!(lane.spans().len(), 100_001);
        for (number, span) in lane.spans()[..100_000].iter().enumerate() {
            assert_eq!(lane.label(span), if number % 2 == 0 { "even" } else { "odd" });
        }
        let last = lane.spans()[100_000];
        assert!(!last.ended && lane.label(&last) == "for ever");
        assert_eq!(lane.marks().last().unwrap().label, "was killed by SIGKILL");
        // It ends when the child died, and not when the run was over.
        assert!(last.end <= lane.marks().last().unwrap().at);
        assert!(lane.cpu.is_some());
    }

    fn every_ending_is_reported() {
        assert_eq!(one(|_| ()).1, Ending::Code(0));
        assert_eq!(one(|_| std::process::exit(7)).1, Ending::Code(7));
        assert_eq!(one(|_| std::process::abort()).1, Ending::Killed("SIGABRT".to_owned()));
        let (run, ending, child) = one(|_| panic!("no flour"));
        assert_eq!(ending, Ending::Panicked("no flour".to_owned()));
        assert_eq!(child.output(), "");
        assert_eq!(run.unwrap().lanes[0].marks().last().unwrap().label, "panicked: no flour");
        assert_eq!(one(|_| std::process::exit(101)).1, Ending::Code(101));
    }

    fn what_a_child_prints_is_caught_and_bounded() {
        let (_, _, child) = one(|_| {
            println!("out");
            eprintln!("err");
            print!("no newline");
        });
        assert_eq!(child.output(), "out\nerr\nno newline");
        let (_, ending, child) = one(|_| (0..20_000).for_each(|_| println!("{}", "x".repeat(60))));
        assert!(ending.is_success());
        assert_eq!(child.output().len(), 16 << 10);
        let (_, ending, _) = one(|_| {
            loop {
                println!("{}", "x".repeat(1000))
            }
        });
        assert!(matches!(ending, Ending::Panicked(says) if says.contains("File too large")));
    }

    fn a_child_may_close_stdout_and_reads_nothing() {
        let (_, ending, _) = one(|_| {
            // SAFETY: the child's stdout is open, and nothing of the child uses it after this.
            drop(unsafe { <std::os::fd::OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(1) });
            let mut line = String::new();
            assert_eq!(std::io::stdin().read_line(&mut line).unwrap(), 0);
        });
        assert_eq!(ending, Ending::Code(0));
    }

    fn a_child_that_never_ends_is_killed_at_the_limit() {
        let start = Instant::now();
        let mut child = None;
        let run = record_processes_within(Duration::from_millis(100), "endless", |family| {
            child = Some(family.fork("ada", |lane| {
                lane.becomes(Running, "for ever");
                loop {
                    std::hint::spin_loop();
                }
            }));
        });
        assert!(matches!(run, Err(Error::TimeLimit { .. })));
        let child = child.unwrap();
        assert_eq!(child.ending(), Some(Ending::OutOfTime));
        assert!(!lives(child.id()) && start.elapsed() < Duration::from_secs(5));
    }

    fn a_parent_that_waits_for_an_endless_child_comes_back() {
        use std::io::Read;
        let run = record_processes_within(Duration::from_millis(100), "stuck", |family| {
            let (mut from_child, to_parent) = std::io::pipe().unwrap();
            family.fork("ada", move |_| {
                loop {
                    std::hint::black_box(&to_parent);
                    std::thread::park();
                }
            });
            let mut text = String::new();
            let _ = from_child.read_to_string(&mut text);
        });
        assert!(matches!(run, Err(Error::TimeLimit { .. })), "{run:?}");
    }

    fn a_panic_in_the_parent_leaves_no_child_behind() {
        let mut pid = 0;
        let run = record_processes("panic", |family| {
            pid = family
                .fork("ada", |_| {
                    loop {
                        std::thread::park()
                    }
                })
                .id();
            family.fork_stopped("bob", |_| ());
            panic!("oh");
        });
        assert!(matches!(run, Err(Error::Panicked { .. })));
        assert!(!lives(pid));
    }

    fn children_die_with_their_parent() {
        let grandchild = Shared::<AtomicU64>::new().unwrap();
        let mut killed = 0;
        record_processes("orphans", |family| {
            let child = family.fork("ada", |_| {
                let _ = record_processes("inner", |inner| {
                    let pid = inner.fork_stopped("grandchild", |_| ()).id();
                    grandchild.store(pid.into(), Relaxed);
                    loop {
                        std::thread::park();
                    }
                });
            });
            while grandchild.load(Relaxed) == 0 {
                std::thread::sleep(Duration::from_micros(100));
            }
            killed = grandchild.load(Relaxed) as u32;
            assert!(lives(killed));
            child.kill();
        })
        .unwrap();
        let until = Instant::now() + Duration::from_secs(5);
        let gone = || {
            std::fs::read_to_string(format!("/proc/{killed}/stat")).map_or(true, |stat| stat.contains(") Z "))
        };
        while !gone() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(gone());
    }

    fn a_program_that_a_child_started_goes_with_it() {
        let started = Shared::<AtomicU64>::new().unwrap();
        let _ = one(|_| {
            #[allow(clippy::zombie_processes, reason = "left behind on purpose: its end is what is tested")]
            let program = std::process::Command::new("sleep").arg("100").spawn().unwrap();
            started.store(program.id().into(), Relaxed);
        });
        let pid = started.load(Relaxed) as u32;
        let until = Instant::now() + Duration::from_secs(5);
        let gone = || {
            std::fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
        };
        while !gone() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(pid > 0 && gone());
    }

    fn other_threads_are_a_reason_to_refuse() {
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || ended.recv());
        let (run, ending, _) = one(|_| ());
        drop(end);
        let _ = thread.join();
        assert_eq!(ending, Ending::NeverBegan);
        let says = run.unwrap_err().to_string();
        assert!(says.contains("2 threads"), "{says}");
        assert!(one(|_| ()).0.is_ok());
    }

    fn a_child_stops_and_goes_on_where_it_was() {
        let counter = Shared::<AtomicU64>::new().unwrap();
        record_processes("stopped", |family| {
            let child = family.fork_stopped("ada", |_| {
                loop {
                    counter.fetch_add(1, Relaxed);
                }
            });
            assert_eq!(counter.load(Relaxed), 0);
            for _ in 0..20 {
                let before = counter.load(Relaxed);
                assert!(child.resume());
                while counter.load(Relaxed) == before {
                    std::thread::sleep(Duration::from_micros(50));
                }
                assert!(child.stop() && child.stop());
                let stopped_at = counter.load(Relaxed);
                std::thread::sleep(Duration::from_millis(1));
                assert_eq!(counter.load(Relaxed), stopped_at);
            }
            assert!(child.cpu_time().unwrap() > Duration::ZERO);
            child.kill();
            assert!(!child.stop() && !child.resume());
        })
        .unwrap();
    }

    fn messages_go_through_a_pipe_with_an_arrow_each() {
        let run = record_processes("pipe", |family| {
            let parent = family.lane("parent");
            let (to_parent, from_child) = pipe().unwrap();
            family.fork("ada", move |lane| {
                (0..3).for_each(|number| assert!(to_parent.send(lane, number * number)));
            });
            let received: Vec<String> = std::iter::from_fn(|| from_child.receive(&parent)).collect();
            assert_eq!(received, ["0", "1", "4"]);
        })
        .unwrap();
        assert_eq!(run.arrows.len(), 3);
        assert!(
            run.arrows.iter().all(|arrow| (arrow.from.0, arrow.to.0) == (1, 0) && arrow.from.1 <= arrow.to.1)
        );
        assert_eq!(run.arrows[2].label, "4");
    }

    fn a_pipe_that_never_ends_ends_at_the_limit() {
        let run = record_processes_within(Duration::from_millis(100), "pipe", |family| {
            let (to_self, from_self) = pipe().unwrap();
            assert_eq!(from_self.receive(&family.lane("parent")), None);
            drop(to_self);
        });
        assert!(matches!(run, Err(Error::TimeLimit { .. })));
    }

    fn shared_memory_is_shared_and_adds_up() {
        let total = Shared::<[AtomicU64; 2]>::new().unwrap();
        record_processes("shared", |family| {
            for name in ["ada", "bob"] {
                family.fork(name, |_| (0..10_000).for_each(|_| _ = total[1].fetch_add(1, Relaxed)));
            }
        })
        .unwrap();
        assert_eq!((total[0].load(Relaxed), total[1].load(Relaxed)), (0, 20_000));
    }

    fn threads_of_a_child_have_lanes_that_end_with_it() {
        let run = record_program("nobody joins", |main| {
            let helper = main.lane("helper");
            let (begun, has_begun) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                let _span = helper.span(Waiting, "prepares");
                begun.send(()).unwrap();
                std::thread::sleep(Duration::from_secs(5));
            });
            main.during(Waiting, "sees it begin", || has_begun.recv().unwrap());
        })
        .unwrap();
        let (main, helper) = (run.lane("main").unwrap(), run.lane("helper").unwrap());
        assert_eq!(main.pid, helper.pid);
        assert_ne!(main.tid, helper.tid);
        let cut = helper.spans()[0];
        assert!(!cut.ended && main.spans()[0].ended);
        assert!(cut.end >= main.spans()[0].end && cut.length() < 4_000_000_000);
    }

    fn a_program_is_a_lane() {
        let run = record_processes("program", |family| {
            let shell =
                family.program("shell", std::process::Command::new("sh").args(["-c", "echo hello; exit 3"]));
            assert_eq!(shell.wait(), Ending::Code(3));
            assert_eq!(shell.output(), "hello\n");
        })
        .unwrap();
        let lane = run.lane("shell").unwrap();
        assert!(lane.spans()[0].ended && lane.label(&lane.spans()[0]) == "sh" && lane.cpu.is_some());
        let run = record_processes("program", |family| {
            family.program("nobody", &mut std::process::Command::new("/no/such/program"));
        });
        assert!(matches!(run, Err(Error::NotPossible { .. })));
    }

    fn a_bad_wait_in_a_child_is_the_recording_s_fault() {
        let (run, ..) = one(|lane| lane.wait("waits", -1 * MILLISECOND));
        assert!(run.unwrap_err().to_string().contains("-1.00 ms"));
    }

    fn no_process_at_all_is_an_empty_timeline() {
        assert!(record_processes("nobody", |_| ()).unwrap().is_empty());
    }

    fn too_many_are_refused_and_say_why() {
        let run = record_processes("many", |family| {
            (0..1_000_000).any(|_| family.fork("one", |_| ()).wait() == Ending::NeverBegan);
        });
        assert!(matches!(run, Err(Error::TooMany { .. })), "{run:?}");
    }

    fn labels_without_end_cost_labels_and_nothing_else() {
        let (run, ending, _) =
            one(|lane| (0..50_000).for_each(|number| lane.mark(&format!("label {number}"))));
        assert!(ending.is_success());
        let run = run.unwrap();
        assert_eq!(run.lanes[0].marks().len(), 50_001);
        assert_eq!(run.lanes[0].marks()[100].label, "label 99");
    }

    pub fn all() -> Vec<one_thread::Test> {
        crate::tests![
            a_child_changes_its_own_memory_only,
            lanes_carry_the_children_s_numbers_and_one_clock,
            two_hundred_thousand_events_survive_a_kill,
            every_ending_is_reported,
            what_a_child_prints_is_caught_and_bounded,
            a_child_may_close_stdout_and_reads_nothing,
            a_child_that_never_ends_is_killed_at_the_limit,
            a_parent_that_waits_for_an_endless_child_comes_back,
            a_panic_in_the_parent_leaves_no_child_behind,
            children_die_with_their_parent,
            a_program_that_a_child_started_goes_with_it,
            other_threads_are_a_reason_to_refuse,
            a_child_stops_and_goes_on_where_it_was,
            messages_go_through_a_pipe_with_an_arrow_each,
            a_pipe_that_never_ends_ends_at_the_limit,
            shared_memory_is_shared_and_adds_up,
            threads_of_a_child_have_lanes_that_end_with_it,
            a_program_is_a_lane,
            a_bad_wait_in_a_child_is_the_recording_s_fault,
            no_process_at_all_is_an_empty_timeline,
            too_many_are_refused_and_say_why,
            labels_without_end_cost_labels_and_nothing_else,
        ]
    }
}

#[cfg(target_os = "linux")]
fn main() {
    one_thread::main(&linux::all());
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("processes are recorded on Linux only");
}
