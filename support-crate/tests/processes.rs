//! Children of this process, whatever the learner's code does in them.
//!
//! A fork needs a process with one thread, so this file has a main function of its own instead of the usual harness
//! (see `one_thread`).

#[cfg(target_os = "linux")]
mod one_thread;

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    use std::time::{Duration, Instant};

    use nix::sched::{CloneFlags, unshare};
    use nix::sys::signal::{Signal, kill};
    use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
    use nix::unistd::{ForkResult, Pid, fork};
    use timelanes::machine;
    use timelanes::prelude::*;
    use timelanes::process::Child;
    use timelanes::thread::Memory;
    use timelanes::timeline::ArrowKind;

    use crate::one_thread;

    fn lives(pid: u32) -> bool {
        std::path::Path::new(&format!("/proc/{pid}")).exists()
    }

    /// Runs one child to its end.
    fn one(body: impl FnOnce(&LaneWriter)) -> (Recorded, Ending, Child) {
        let mut child = None;
        let run = record("one").processes(|run| child = Some(run.fork("ada", body)));
        let child = child.unwrap();
        (run, child.ending().unwrap(), child)
    }

    fn fault(run: &Recorded) -> &Error {
        run.as_ref().unwrap_err().fault()
    }

    fn a_child_changes_its_own_memory_only() {
        let mut money = 100;
        let run = record("money")
            .processes(|run| {
                for name in ["ada", "bob"] {
                    run.fork(name, |lane| {
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
        let run = record("numbers")
            .processes(|run| {
                run.lane("parent").mark("here");
                pids.push(std::process::id());
                for name in ["ada", "bob"] {
                    pids.push(run.fork(name, |lane| lane.wait("waits", 2 * MILLISECOND)).id());
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
        let run = record("killed")
            .processes(|run| {
                let child = run.fork("ada", |lane| {
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

    fn one_that_is_asked_to_end_may_tidy_up_before_and_one_that_is_killed_may_not() {
        let script = "trap 'echo tidy; exit 7' TERM; echo here; while :; do sleep 0.01; done";
        record("two signals")
            .processes(|run| {
                let start = |name| run.program(name, std::process::Command::new("sh").args(["-c", script]));
                let (ada, bob) = (start("ada"), start("bob"));
                while ada.output().is_empty() || bob.output().is_empty() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                assert!(ada.terminate());
                assert_eq!((ada.wait(), ada.output().as_str()), (Ending::Code(7), "here\ntidy\n"));
                assert_eq!(
                    (bob.kill(), bob.output().as_str()),
                    (Ending::Killed("SIGKILL".to_owned()), "here\n")
                );
                assert!(!ada.terminate());
                let cem = run.fork("cem", |_| {
                    loop {
                        std::thread::park();
                    }
                });
                assert!(cem.terminate());
                assert_eq!(cem.wait(), Ending::Killed("SIGTERM".to_owned()));
            })
            .unwrap();
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
        assert!(matches!(ending, Ending::Panicked(says) if says.contains("printed more than 4 MB")));
    }

    /// What bounds its output is not in the way.
    fn a_child_may_write_files_larger_than_what_it_may_print() {
        const BYTES: u64 = 6 << 20;
        let file = std::env::temp_dir().join(format!("timelanes-{}", std::process::id()));
        let size = || std::fs::metadata(&file).unwrap().len();
        let (_, ending, _) = one(|_| std::fs::write(&file, vec![1; BYTES as usize]).unwrap());
        assert_eq!((ending, size()), (Ending::Code(0), BYTES));
        record("program")
            .processes(|run| {
                let script = format!("head -c {} /dev/zero > '{}'; echo done", 2 * BYTES, file.display());
                let shell = run.program("shell", std::process::Command::new("sh").args(["-c", &script]));
                assert!(shell.wait().is_success() && shell.output() == "done\n", "{}", shell.output());
            })
            .unwrap();
        assert_eq!(size(), 2 * BYTES);
        std::fs::remove_file(&file).unwrap();
    }

    fn a_child_that_writes_into_its_parent_s_lane_is_told_so_and_changes_nothing_there() {
        let run = record("one strip").processes(|run| {
            let parent = run.lane("parent");
            parent.during(Running, "begins", || parent.mark("one"));
            let child = run.fork("ada", |lane| {
                parent.mark("of the child");
                parent.during(Waiting, "another of the child", || ());
                lane.receive(parent.send("nowhere"));
                lane.mark("own");
            });
            assert!(child.wait().is_success());
            ["two", "three"].iter().for_each(|label| parent.mark(label));
        });
        let says = fault(&run).to_string();
        assert!(says.contains("\"parent\" from another process"), "{says}");
        let run = run.kept();
        let labels =
            |name: &str| run.lane(name).unwrap().notes().map(|mark| mark.label.clone()).collect::<Vec<_>>();
        assert_eq!(
            (labels("parent"), labels("ada")),
            (["one", "two", "three"].map(str::to_owned).to_vec(), vec!["own".to_owned()])
        );
        assert_eq!(run.lane("parent").unwrap().spans().len(), 1);
        assert!(run.arrows.iter().all(|arrow| arrow.kind == ArrowKind::Fork));
    }

    fn any_number_of_arrows_goes_from_process_to_process() {
        const MESSAGES: usize = 5_000;
        let run = record("many").processes(|run| {
            let parent = run.lane("parent");
            let (to_parent, from_child) = pipe().unwrap();
            run.fork("ada", move |lane| {
                (0..MESSAGES).for_each(|number| assert!(to_parent.send(lane, number % 10)));
            });
            assert_eq!(std::iter::from_fn(|| from_child.receive(&parent)).count(), MESSAGES);
        });
        let run = run.unwrap();
        let messages = run.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Message);
        assert!(messages.clone().enumerate().all(|(number, arrow)| arrow.label == (number % 10).to_string()));
        assert_eq!((messages.count(), run.notes.len()), (MESSAGES, 0));
    }

    fn a_lane_that_is_full_says_what_it_lost_and_how_it_ended() {
        let run = record("full").processes(|run| {
            run.fork("labels", |lane| {
                (0..3_000).for_each(|number| lane.mark(&format!("{number:01000}")));
                std::process::abort();
            });
            run.fork("events", |lane| {
                (0..300_000).for_each(|_| lane.mark("again"));
                std::process::abort();
            });
        });
        let run = run.unwrap();
        for name in ["labels", "events"] {
            let marks = run.lane(name).unwrap().marks();
            let last = marks.last().unwrap();
            assert_eq!((last.kind, last.label.as_str()), (MarkKind::Ended, "was killed by SIGABRT"));
            assert_eq!(marks.iter().filter(|mark| mark.label.contains("SIGABRT")).count(), 1);
        }
        let labels = run.lane("labels").unwrap();
        assert_eq!(labels.notes().count(), 3_000);
        let kept = labels.notes().filter(|mark| !mark.label.is_empty()).count();
        assert!(
            labels
                .notes()
                .take(kept)
                .enumerate()
                .all(|(number, mark)| mark.label == format!("{number:01000}"))
        );
        let lost = labels.notes().count() - kept;
        let notes = run.notes.join("\n");
        assert!(
            notes.contains(&format!("{lost} labels found no room")) && notes.contains("1024 KB"),
            "{notes}"
        );
        let events = run.lane("events").unwrap().marks().len() - 1;
        // One of them is that the process began.
        let lost = 300_000 - (events - 1);
        assert!(notes.contains(&format!("{lost} events")) && notes.contains("262144"), "{notes}");
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
        let run = record("endless").within(100 * MILLISECOND).processes(|run| {
            child = Some(run.fork("ada", |lane| {
                lane.becomes(Running, "for ever");
                loop {
                    std::hint::spin_loop();
                }
            }));
        });
        assert!(matches!(fault(&run), Error::TimeLimit { .. }));
        let child = child.unwrap();
        assert_eq!(child.ending(), Some(Ending::OutOfTime));
        assert!(!lives(child.id()) && start.elapsed() < Duration::from_secs(5));
    }

    fn a_parent_that_waits_for_an_endless_child_comes_back() {
        use std::io::Read;
        let run = record("stuck").within(100 * MILLISECOND).processes(|run| {
            let (mut from_child, to_parent) = std::io::pipe().unwrap();
            run.fork("ada", move |_| {
                loop {
                    std::hint::black_box(&to_parent);
                    std::thread::park();
                }
            });
            let mut text = String::new();
            let _ = from_child.read_to_string(&mut text);
        });
        assert!(matches!(fault(&run), Error::TimeLimit { .. }), "{run:?}");
    }

    fn a_panic_in_the_parent_leaves_no_child_behind() {
        let mut pid = 0;
        let run = record("panic").processes(|run| {
            pid = run
                .fork("ada", |_| {
                    loop {
                        std::thread::park()
                    }
                })
                .id();
            run.fork_stopped("bob", |_| ());
            panic!("oh");
        });
        assert!(matches!(fault(&run), Error::Panicked { .. }));
        assert!(!lives(pid));
    }

    fn children_die_with_their_parent() {
        let grandchild = Shared::<AtomicU64>::new().unwrap();
        let mut killed = 0;
        record("orphans")
            .processes(|run| {
                let child = run.fork("ada", |_| {
                    let _ = record("inner").processes(|inner| {
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
        record("stopped")
            .processes(|run| {
                let child = run.fork_stopped("ada", |_| {
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
                assert!(child.cpu_time().unwrap() > Time::ZERO);
                child.kill();
                assert!(!child.stop() && !child.resume());
            })
            .unwrap();
    }

    fn messages_go_through_a_pipe_with_an_arrow_each() {
        let run = record("pipe")
            .processes(|run| {
                let parent = run.lane("parent");
                let (to_parent, from_child) = pipe().unwrap();
                run.fork("ada", move |lane| {
                    (0..3).for_each(|number| assert!(to_parent.send(lane, number * number)));
                });
                let received: Vec<String> = std::iter::from_fn(|| from_child.receive(&parent)).collect();
                assert_eq!(received, ["0", "1", "4"]);
            })
            .unwrap();
        let of = |kind| run.arrows.iter().filter(move |arrow| arrow.kind == kind);
        assert_eq!(of(ArrowKind::Message).count(), 3);
        assert!(
            of(ArrowKind::Message)
                .all(|arrow| (arrow.from.0, arrow.to.0) == (1, 0) && arrow.from.1 <= arrow.to.1)
        );
        assert_eq!(of(ArrowKind::Message).nth(2).unwrap().label, "4");
        let forks: Vec<_> = of(ArrowKind::Fork).map(|arrow| (arrow.from.0, arrow.to.0)).collect();
        assert_eq!(forks, [(0, 1)]);
    }

    /// Long messages of five senders, each of one letter, more than a pipe holds at once.
    fn long_messages_of_several_senders_come_whole_with_an_arrow_each() {
        const BYTES: usize = 100_000;
        let run = record("long messages")
            .processes(|run| {
                let parent = run.lane("parent");
                let (to_parent, from_child) = pipe().unwrap();
                for letter in ["a", "b", "c", "d", "e"] {
                    let to_parent = to_parent.clone();
                    run.fork(letter, move |lane| {
                        (0..8)
                            .for_each(|number| assert!(to_parent.send(lane, letter.repeat(BYTES + number))));
                    });
                }
                drop(to_parent);
                let received: Vec<String> = std::iter::from_fn(|| from_child.receive(&parent)).collect();
                for letter in ["a", "b", "c", "d", "e"] {
                    let own = received.iter().filter(|text| text.chars().all(|other| letter.contains(other)));
                    let lengths: Vec<usize> = own.map(String::len).collect();
                    assert_eq!(lengths, (BYTES..BYTES + 8).collect::<Vec<_>>(), "{letter}");
                }
            })
            .unwrap();
        let messages = run.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Message);
        let arrived = messages.map(|arrow| (run.lanes[arrow.from.0].name.as_str(), &arrow.label));
        assert!(arrived.clone().all(|(from, label)| label.starts_with(from)), "{:?}", run.arrows);
        assert_eq!(arrived.count(), 40);
    }

    fn messages_of_any_length_come_as_they_were_sent() {
        let text = "aé漢🦀".repeat(2000);
        let lengths =
            || (0..20).chain(4070..4090).chain(8150..8170).filter(|most| text.is_char_boundary(*most));
        record("lengths")
            .processes(|run| {
                let (to_parent, from_child) = pipe().unwrap();
                run.fork("ada", {
                    let text = &text;
                    move |lane| lengths().for_each(|length| assert!(to_parent.send(lane, &text[..length])))
                });
                let parent = run.lane("parent");
                for length in lengths() {
                    assert_eq!(from_child.receive(&parent).as_deref(), Some(&text[..length]));
                }
                assert_eq!(from_child.receive(&parent), None);
            })
            .unwrap();
    }

    fn a_sender_killed_in_the_middle_of_a_message_holds_nobody_up() {
        record("killed")
            .processes(|run| {
                let parent = run.lane("parent");
                let (to_parent, from_child) = pipe().unwrap();
                let first = to_parent.clone();
                let ada = run.fork("ada", move |lane| _ = first.send(lane, "a".repeat(500_000)));
                // The pipe is full of a beginning, and ada waits for room.
                std::thread::sleep(Duration::from_millis(50));
                ada.kill();
                run.fork("bob", move |lane| assert!(to_parent.send(lane, "b".repeat(500_000))));
                assert_eq!(from_child.receive(&parent), Some("b".repeat(500_000)));
                assert_eq!(from_child.receive(&parent), None);
            })
            .unwrap();
    }

    fn a_pipe_that_never_ends_ends_at_the_limit() {
        let run = record("pipe").within(100 * MILLISECOND).processes(|run| {
            let (to_self, from_self) = pipe().unwrap();
            assert_eq!(from_self.receive(&run.lane("parent")), None);
            drop(to_self);
        });
        assert!(matches!(fault(&run), Error::TimeLimit { .. }));
    }

    fn shared_memory_is_shared_and_adds_up() {
        let total = Shared::<[AtomicU64; 2]>::new().unwrap();
        record("shared")
            .processes(|run| {
                for name in ["ada", "bob"] {
                    run.fork(name, |_| (0..10_000).for_each(|_| _ = total[1].fetch_add(1, Relaxed)));
                }
            })
            .unwrap();
        assert_eq!((total[0].load(Relaxed), total[1].load(Relaxed)), (0, 20_000));
    }

    fn threads_of_a_child_have_lanes_that_end_with_it() {
        let run = record("nobody joins")
            .program(|main| {
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

    fn one_that_somebody_else_waited_for_is_told_of_as_that() {
        let run = record("taken")
            .processes(|run| {
                let ada = run.fork("ada", |_| ());
                waitpid(Pid::from_raw(ada.id() as i32), None).unwrap();
                assert_eq!(ada.wait(), Ending::Taken);
                assert!(!ada.stop() && !ada.resume());
                let bob = run.fork("bob", |_| ());
                waitpid(Pid::from_raw(bob.id() as i32), None).unwrap();
                assert_eq!(bob.kill(), Ending::Taken);
            })
            .unwrap();
        assert!(run.lane("ada").unwrap().marks().last().unwrap().label.contains("somebody else"));
    }

    /// A process of the number `wanted`, which is free, where this one may choose (it is `init` of its own numbers).
    fn namesake(wanted: u32) -> Pid {
        std::fs::write("/proc/sys/kernel/ns_last_pid", (wanted - 1).to_string()).unwrap();
        // SAFETY: this process has one thread, so the copy is whole.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => child,
            ForkResult::Child => loop {
                std::thread::park();
            },
        }
    }

    /// The alarm kills what it thinks are children; one of them was reaped, and its number is another process's now.
    fn namesake_of_a_reaped_child_outlives_the_alarm() -> bool {
        let mut survived = false;
        let _ = record("namesake").within(50 * MILLISECOND).processes(|run| {
            let ada = run.fork("ada", |_| ());
            waitpid(Pid::from_raw(ada.id() as i32), None).unwrap();
            let other = namesake(ada.id());
            assert_eq!(other.as_raw() as u32, ada.id());
            // The alarm rings a second after the limit.
            std::thread::sleep(Duration::from_millis(1500));
            let lives = || waitpid(other, Some(WaitPidFlag::WNOHANG)) == Ok(WaitStatus::StillAlive);
            survived = lives();
            assert_eq!(ada.kill(), Ending::Taken);
            survived &= lives();
            let _ = (kill(other, Signal::SIGKILL), waitpid(other, None));
        });
        survived
    }

    /// Whether `body` is true in a copy of this process.
    fn in_a_copy(body: impl FnOnce() -> bool) -> bool {
        // SAFETY: this process has one thread, so the copy is whole.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => waitpid(child, None) == Ok(WaitStatus::Exited(child, 0)),
            ForkResult::Child => {
                let passed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
                std::process::exit(i32::from(!passed.unwrap_or(false)))
            }
        }
    }

    fn a_child_reaped_by_somebody_else_is_forgotten_before_another_process_has_its_number() {
        let ways = [CloneFlags::CLONE_NEWPID, CloneFlags::CLONE_NEWPID | CloneFlags::CLONE_NEWUSER];
        let allowed = ways.into_iter().find(|flags| in_a_copy(|| unshare(*flags).is_ok()));
        let Some(flags) = allowed else {
            println!("NOT TESTED: this system lets nobody choose the number of a process");
            return;
        };
        // The first process after `unshare` has the number 1 and numbers of its own.
        assert!(in_a_copy(|| {
            unshare(flags).unwrap();
            in_a_copy(namesake_of_a_reaped_child_outlives_the_alarm)
        }));
    }

    /// So few pages at a time that the counters for each core, of which `VmRSS` is made, do not move.
    fn memory_is_counted_to_the_page() {
        const PAGES: usize = 20;
        let _ = Memory::now();
        let mut grown = Vec::new();
        for _ in 0..20 {
            let fresh = Shared::<[[AtomicU64; 512]; PAGES]>::new().unwrap();
            let before = Memory::now().resident;
            fresh.iter().for_each(|page| page[0].store(1, Relaxed));
            grown.push(Memory::now().resident - before);
        }
        // Reading it may take some itself.
        let expected = 4 * PAGES as u64..=4 * (PAGES as u64 + 4);
        assert!(grown.iter().all(|kilobytes| expected.contains(kilobytes)), "{grown:?}");
    }

    fn the_usual_harness_s_options_are_no_names_of_tests() {
        let run = |arguments: &[&str]| {
            let mut this = std::process::Command::new(std::env::current_exe().unwrap());
            let done = this.args(arguments).output().unwrap();
            assert!(done.status.success(), "{done:?}");
            String::from_utf8(done.stdout).unwrap()
        };
        let name = "no_process_at_all_is_an_empty_timeline";
        let skipped = "the_usual_harness_s_options_are_no_names_of_tests";
        for threads in [&["--test-threads", "1"][..], &["--test-threads=4"]] {
            let says = run(&[threads, &["--nocapture", "--color", "never", name]].concat());
            assert!(says.contains("1 passed; 0 failed"), "{says}");
        }
        let says = run(&["--exact", "--skip", skipped, "no_process_at_all"]);
        assert!(says.contains("0 passed"), "{says}");
    }

    fn a_program_is_a_lane() {
        let run = record("program")
            .processes(|run| {
                let _parent = run.lane("parent");
                let shell =
                    run.program("shell", std::process::Command::new("sh").args(["-c", "echo hello; exit 3"]));
                assert_eq!(shell.wait(), Ending::Code(3));
                assert_eq!(shell.output(), "hello\n");
            })
            .unwrap();
        let lane = run.lane("shell").unwrap();
        assert!(lane.spans()[0].ended && lane.label(&lane.spans()[0]) == "sh" && lane.cpu.is_some());
        let forks: Vec<_> = run.arrows.iter().map(|arrow| (arrow.kind, arrow.from.0, arrow.to.0)).collect();
        assert_eq!(forks, [(ArrowKind::Fork, 0, 1)]);
        let run = record("program").processes(|run| {
            run.program("nobody", &mut std::process::Command::new("/no/such/program"));
        });
        assert!(matches!(fault(&run), Error::NotPossible { .. }));
    }

    fn a_bad_wait_in_a_child_is_the_recording_s_fault() {
        let (run, ..) = one(|lane| lane.wait("waits", -1 * MILLISECOND));
        assert!(run.unwrap_err().to_string().contains("-1.00 ms"));
    }

    fn no_process_at_all_is_an_empty_timeline() {
        assert!(record("nobody").processes(|_| ()).unwrap().is_empty());
    }

    fn too_many_are_refused_and_say_why() {
        let run = record("many").processes(|run| {
            (0..1_000_000).any(|_| run.fork("one", |_| ()).wait() == Ending::NeverBegan);
        });
        assert!(matches!(fault(&run), Error::TooMany { .. }), "{run:?}");
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
            one_that_is_asked_to_end_may_tidy_up_before_and_one_that_is_killed_may_not,
            what_a_child_prints_is_caught_and_bounded,
            a_child_may_write_files_larger_than_what_it_may_print,
            a_child_that_writes_into_its_parent_s_lane_is_told_so_and_changes_nothing_there,
            any_number_of_arrows_goes_from_process_to_process,
            a_lane_that_is_full_says_what_it_lost_and_how_it_ended,
            a_child_may_close_stdout_and_reads_nothing,
            a_child_that_never_ends_is_killed_at_the_limit,
            a_parent_that_waits_for_an_endless_child_comes_back,
            a_panic_in_the_parent_leaves_no_child_behind,
            children_die_with_their_parent,
            a_program_that_a_child_started_goes_with_it,
            other_threads_are_a_reason_to_refuse,
            a_child_stops_and_goes_on_where_it_was,
            messages_go_through_a_pipe_with_an_arrow_each,
            long_messages_of_several_senders_come_whole_with_an_arrow_each,
            messages_of_any_length_come_as_they_were_sent,
            a_sender_killed_in_the_middle_of_a_message_holds_nobody_up,
            a_pipe_that_never_ends_ends_at_the_limit,
            one_that_somebody_else_waited_for_is_told_of_as_that,
            a_child_reaped_by_somebody_else_is_forgotten_before_another_process_has_its_number,
            memory_is_counted_to_the_page,
            the_usual_harness_s_options_are_no_names_of_tests,
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
