//! The task queue: who gets which task, what is left after a kill, a torn write, a full disk; in a SQLite database and on
//! a real Redis server, where one is installed.

#[cfg(target_os = "linux")]
mod not_tested;
#[cfg(target_os = "linux")]
mod one_thread;
#[cfg(target_os = "linux")]
mod redis_server;

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::Cell;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::time::Duration;

    use nix::sys::resource::{Resource, setrlimit};
    use timelanes::prelude::*;
    use timelanes::queue::{Redis, Sqlite};
    use timelanes::timeline::Mark;

    use crate::not_tested::not_tested;
    use crate::one_thread;
    use crate::redis_server::Server;

    /// Runs `test` with a queue that the kernel keeps, one that the disk keeps, and one that a server keeps.
    fn on_all(test: impl Fn(&TaskQueue)) {
        test(&TaskQueue::on(Sqlite::new().unwrap()));
        test(&TaskQueue::on(Sqlite::new().unwrap().durable()));
        with_server(|server| test(&TaskQueue::on(Redis::new(&server.address()).unwrap())));
    }

    fn with_server(test: impl FnOnce(&mut Server)) {
        match Server::start() {
            Some(mut server) => test(&mut server),
            None => not_tested("a queue on Redis: no redis-server is installed"),
        }
    }

    /// Pushes `count` tasks into a queue that has had so many `before`.
    fn filled(queue: &TaskQueue, before: usize, count: usize) {
        (1..=count).for_each(|number| assert_eq!(queue.push("soup").unwrap(), (before + number) as u64));
    }

    fn states(queue: &TaskQueue) -> Vec<TaskState> {
        queue.rows().unwrap().iter().map(|row| row.state).collect()
    }

    /// How often lanes have a mark of this kind.
    fn marks(run: &Timeline, kind: MarkKind) -> usize {
        run.lanes.iter().flat_map(|lane| lane.marks()).filter(|mark| mark.kind == kind).count()
    }

    fn says(error: &Error, words: &[&str]) {
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{words:?} in: {text}");
    }

    /// A worker of a lease that nobody outlives by accident.
    fn works(queue: &TaskQueue, lane: &LaneWriter) {
        while let Some(task) = queue.claim(lane, 20_000 * MILLISECOND) {
            lane.wait(&task.payload, 1 * MILLISECOND);
            assert!(queue.acknowledge(lane, &task));
        }
    }

    fn every_task_is_done_once_where_nobody_dies() {
        on_all(|queue| {
            filled(queue, 0, 40);
            let run = record("three").processes(|run| {
                for name in ["ada", "bob", "cem"] {
                    run.fork(name, |lane| works(queue, lane));
                }
            });
            let run = run.unwrap().with_tasks(queue).unwrap();
            assert_eq!(states(queue), vec![TaskState::Done; 40]);
            assert!(queue.rows().unwrap().iter().all(|row| row.attempts == 1));
            assert_eq!(run.lanes.len(), 3 + 40);
            for task in &run.lanes[3..] {
                let activities: Vec<_> = task.spans().iter().map(|span| span.activity).collect();
                assert!(activities.ends_with(&[Running]) && activities.len() <= 2, "{activities:?}");
                assert_eq!(task.marks().len(), 1);
                assert!(task.marked(MarkKind::Acknowledged).is_some());
            }
            let waiting = run.counter("waiting").unwrap();
            assert!(waiting.most() > 30.0 && waiting.last() == 0.0, "{waiting:?}");
        });
    }

    /// A number of chance below `most`.
    fn chance(most: u64) -> u64 {
        use std::hash::{BuildHasher, Hasher, RandomState};
        RandomState::new().build_hasher().finish() % most
    }

    fn fifty_kills_at_random_moments_lose_no_task_and_every_duplicate_is_in_the_lanes() {
        const KILLS: usize = 50;
        on_all(|queue| {
            // Before and after what cannot be done twice unseen.
            let begun = Shared::<[AtomicU32; 4096]>::new().unwrap();
            let ended = Shared::<[AtomicU32; 4096]>::new().unwrap();
            let (pushed, killed) = (Cell::new(0), Cell::new(0));
            let work_once = |lane: &LaneWriter| {
                let Some(task) = queue.claim(lane, 100 * MILLISECOND) else { return };
                lane.wait("cooks", 1 * MILLISECOND);
                begun[task.id as usize].fetch_add(1, SeqCst);
                lane.mark(&task.to_string());
                ended[task.id as usize].fetch_add(1, SeqCst);
                lane.wait("wipes the table", 4 * MILLISECOND);
                queue.acknowledge(lane, &task);
            };
            let work = |lane: &LaneWriter| (0..50).for_each(|_| work_once(lane));
            // A run has ten seconds; on a busy machine fifty kills may need more.
            let mut run = Timeline::new("kills");
            while killed.get() < KILLS {
                let part = record("kills").processes(|run| {
                    for number in 0..10 {
                        filled(queue, pushed.replace(pushed.get() + 5), 5);
                        let worker = run.fork(format!("worker {number}"), work);
                        std::thread::sleep(Duration::from_micros(2_000 + chance(40_000)));
                        // One that had nothing left to do was not killed.
                        let is_killed = worker.kill() == Ending::Killed("SIGKILL".into());
                        killed.set(killed.get() + usize::from(is_killed));
                    }
                });
                run = run.with_lanes_of(part.unwrap());
            }
            while states(queue).iter().any(|state| *state != TaskState::Done) {
                let rest = record("the rest").processes(|run| {
                    for name in ["ada", "bob"] {
                        run.fork(name, |lane| (0..100).for_each(|_| work_once(lane)));
                    }
                });
                run = run.with_lanes_of(rest.unwrap());
            }
            let rows = queue.rows().unwrap();
            assert_eq!(rows.len(), pushed.get());
            let (mut twice, mut between, mut unseen) = (0, 0, 0);
            for row in &rows {
                let of = |counts: &[AtomicU32; 4096]| counts[row.id as usize].load(SeqCst) as usize;
                let lanes = run.lanes.iter().flat_map(|lane| lane.marks());
                let own: Vec<_> = lanes.filter(|mark| mark.label == row.name()).collect();
                let count = |kind| own.iter().filter(|mark| mark.kind == kind).count();
                let (served, claimed) = (count(MarkKind::Note), count(MarkKind::Claimed));
                assert!(row.state == TaskState::Done && of(&ended) >= 1, "lost: {row:?}");
                // What the lanes show is what was done, but for a kill between two neighbouring lines.
                assert!((of(&ended)..=of(&begun)).contains(&served), "{row:?}: {served} in the lanes");
                assert!(claimed <= row.attempts as usize && served <= claimed, "{row:?}: {claimed}");
                twice += served - 1;
                between += of(&begun) - of(&ended);
                unseen += row.attempts as usize - claimed;
            }
            println!(
                "{} kills, {} tasks, {twice} done once more; killed between two lines {between} and {unseen} times",
                killed.get(),
                rows.len()
            );
            assert!(
                twice > 0,
                "of fifty kills one at least comes after the work and before the acknowledgement"
            );
            assert!(between <= killed.get() && unseen <= killed.get());
        });
    }

    fn a_task_of_a_killed_worker_is_blocked_until_its_lease_is_over() {
        on_all(|queue| {
            queue.push("soup").unwrap();
            let run = record("killed").processes(|run| {
                let bob = run.fork("bob", |lane| {
                    queue.claim(lane, 200 * MILLISECOND).unwrap();
                    lane.wait("cooks", 5_000 * MILLISECOND);
                });
                assert!(queue.watch(&run.lane("parent"), |row| row.state == TaskState::Leased));
                assert_eq!(states(queue), [TaskState::Leased]);
                // What is in the store is not in the lane yet.
                std::thread::sleep(Duration::from_millis(60));
                bob.kill();
                run.fork("ada", |lane| works(queue, lane));
            });
            let run = run.unwrap().with_tasks(queue).unwrap();
            let task = run.lane("1 soup").unwrap();
            let seen: Vec<_> = task.spans().iter().map(|span| (span.activity, task.label(span))).collect();
            let last = [
                (Running, "bob, claim 1"),
                (Blocked, "leased to bob, who is gone"),
                (Running, "ada, claim 2"),
            ];
            assert!(seen.ends_with(&last), "{seen:?}");
            let spans = task.spans();
            let held = spans.iter().find(|span| span.activity == Blocked).unwrap().end
                - spans[spans.len() - 3].start;
            // The lease begins with the call that asks for it, which is before the lane knows of the task.
            assert!(held >= 100_000_000, "the lease was {held} ns");
            assert_eq!(queue.table().unwrap().cell("1 soup", "last worker"), Some("ada"));
        });
    }

    fn a_worker_that_was_stopped_for_longer_than_its_lease_is_too_late() {
        on_all(|queue| {
            queue.push("soup").unwrap();
            let run = record("stopped").processes(|run| {
                let bob = run.fork("bob", |lane| {
                    let task = queue.claim(lane, 100 * MILLISECOND).unwrap();
                    lane.wait("cooks", 50 * MILLISECOND);
                    assert!(!queue.acknowledge(lane, &task));
                    assert!(!queue.extend(lane, &task, 1_000 * MILLISECOND));
                    assert!(!queue.retry(lane, &task, Time::ZERO));
                    assert!(!queue.dead_letter(lane, &task));
                });
                let parent = run.lane("parent");
                assert!(queue.watch(&parent, |row| row.state == TaskState::Leased));
                // The claim stands in the store before it stands in Bob's lane: he is stopped after both.
                parent.wait("lets Bob note it", 20 * MILLISECOND);
                assert!(bob.stop());
                let ada = run.fork("ada", |lane| works(queue, lane));
                assert!(ada.wait().is_success());
                assert!(bob.resume());
                assert!(bob.wait().is_success());
            });
            let run = run.unwrap().with_tasks(queue).unwrap();
            assert_eq!(states(queue), [TaskState::Done]);
            assert_eq!(queue.rows().unwrap()[0].attempts, 2);
            let late: Vec<_> = run.lane("bob").unwrap().marks().iter().map(|mark| mark.kind).collect();
            assert_eq!(late.iter().filter(|kind| **kind == MarkKind::TooLate).count(), 4);
            assert!(run.lane("1 soup").unwrap().marked(MarkKind::TooLate).is_some());
            assert!(run.lane("1 soup").unwrap().notes().any(|mark| mark.label == "the lease was over"));
        });
    }

    fn a_task_that_fails_waits_and_then_becomes_a_dead_letter() {
        on_all(|queue| {
            filled(queue, 0, 2);
            let run = record("fails").processes(|run| {
                run.fork("ada", |lane| {
                    while let Some(task) = queue.claim(lane, 20_000 * MILLISECOND) {
                        match task.attempt {
                            _ if task.id == 2 => assert!(queue.acknowledge(lane, &task)),
                            3 => assert!(queue.dead_letter(lane, &task)),
                            _ => {
                                lane.mark("asks for a pause");
                                assert!(queue.retry(lane, &task, 30 * MILLISECOND));
                            }
                        }
                    }
                });
            });
            let run = run.unwrap().with_tasks(queue).unwrap();
            assert_eq!(states(queue), [TaskState::Dead, TaskState::Done]);
            // The pause begins with the call that asks for it.
            let ada = run.lane("ada").unwrap();
            for asked in ada.notes() {
                let again = |mark: &&Mark| {
                    mark.at > asked.at && mark.kind == MarkKind::Claimed && mark.label == "1 soup"
                };
                let pause = ada.marks().iter().find(again).unwrap().at - asked.at;
                assert!(pause >= 29_000_000, "{pause}");
            }
            assert!(run.total("1 soup", Ready).unwrap() > Time::ZERO);
            assert_eq!((marks(&run, MarkKind::Retried), marks(&run, MarkKind::DeadLetter)), (4, 2));
        });
    }

    fn who_asks_for_a_longer_lease_in_time_keeps_the_task() {
        on_all(|queue| {
            queue.push("a long one").unwrap();
            let run = record("longer").processes(|run| {
                run.fork("ada", |lane| {
                    let task = queue.claim(lane, 400 * MILLISECOND).unwrap();
                    for _ in 0..30 {
                        lane.wait("cooks", 20 * MILLISECOND);
                        assert!(queue.extend(lane, &task, 400 * MILLISECOND));
                    }
                    assert!(queue.acknowledge(lane, &task));
                });
                assert!(queue.watch(&run.lane("parent"), |row| row.state == TaskState::Leased));
                run.fork("bob", |lane| assert!(queue.claim(lane, 1_000 * MILLISECOND).is_none()));
            });
            let run = run.unwrap();
            assert_eq!(marks(&run, MarkKind::Extended), 30);
            assert!(run.lane("bob").unwrap().total(Waiting).count() > 0.0);
        });
    }

    fn a_queue_that_never_gets_empty_and_a_lease_of_no_time_at_all_end_at_the_limit() {
        on_all(|queue| {
            queue.push("soup").unwrap();
            for lease in [0.0, 1e300] {
                let run = record("for ever").within(100 * MILLISECOND).processes(|run| {
                    run.fork("ada", |lane| {
                        while let Some(task) = queue.claim(lane, lease * MILLISECOND) {
                            queue.retry(lane, &task, Time::ZERO);
                        }
                    });
                });
                let fault = run.unwrap_err().fault().clone();
                assert!(matches!(fault, Error::TimeLimit { .. } | Error::InChild { .. }), "{fault}");
            }
            let run = record("negative").processes(|run| {
                run.fork("ada", |lane| assert!(queue.claim(lane, -1 * SECOND).is_none()));
            });
            says(run.unwrap_err().fault(), &["ada", "-1.00 s", "zero or more"]);
        });
    }

    fn nobody_has_the_file_open_where_a_fork_may_happen() {
        let queue = TaskQueue::new().unwrap();
        queue.push("soup").unwrap();
        let open = fs::read_dir("/proc/self/fd").unwrap();
        let files = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        let names: Vec<PathBuf> = files.filter(|file| file.to_string_lossy().contains("queue.db")).collect();
        assert!(names.is_empty(), "{names:?}");
    }

    fn nothing_is_left_behind_also_by_one_that_was_killed() {
        let folder = |queue: &TaskQueue| Path::new(&queue.place()).parent().unwrap().to_owned();
        let queue = TaskQueue::new().unwrap();
        let own = folder(&queue);
        assert!(own.is_dir());
        let (to_parent, from_child) = pipe().unwrap();
        let mut left = String::new();
        record("killed")
            .processes(|run| {
                let parent = run.lane("parent");
                let child = run.fork("ada", |lane| {
                    let queue = TaskQueue::new().unwrap();
                    to_parent.send(lane, queue.place());
                    lane.wait("holds it", 5_000 * MILLISECOND);
                });
                left = from_child.receive(&parent).unwrap();
                child.kill();
            })
            .unwrap();
        let left = Path::new(&left).parent().unwrap();
        assert!(left.is_dir(), "a killed process removes nothing");
        drop(TaskQueue::new().unwrap());
        assert!(!left.exists() && own.is_dir(), "the next queue removes it, and nobody else's");
        drop(queue);
        assert!(!own.exists());
        with_server(|server| {
            let queue = TaskQueue::on(Redis::new(&server.address()).unwrap());
            queue.push("soup").unwrap();
            assert_ne!(server.tell(&["DBSIZE"]).trim(), "0");
            drop(queue);
            assert_eq!(server.tell(&["DBSIZE"]).trim(), "0");
        });
    }

    fn an_address_in_the_environment_is_where_queues_are() {
        let with = |address: &str| {
            // SAFETY: this process has one thread.
            unsafe { std::env::set_var("TIMELANES_REDIS", address) };
            let queue = TaskQueue::new();
            // SAFETY: as above.
            unsafe { std::env::remove_var("TIMELANES_REDIS") };
            queue
        };
        with_server(|server| assert!(with(&server.address()).unwrap().place().contains("redis://")));
        assert!(with("").unwrap().place().contains("queue.db"));
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        says(
            &with(&nobody.to_string()).err().unwrap(),
            &["TIMELANES_REDIS", "refused", "Is a server running"],
        );
        says(&with("http://h").err().unwrap(), &["TIMELANES_REDIS", "only redis://"]);
    }

    /// A copy of a queue's files as they lie while a worker has them open, in a folder of its own.
    fn with_copies(count: usize, test: impl Fn(&dyn Fn() -> PathBuf)) {
        let source = Sqlite::new().unwrap().durable();
        let queue = TaskQueue::on(source);
        let file = PathBuf::from(queue.place());
        let copies = std::env::temp_dir().join(format!("timelanes-copies-{}", std::process::id()));
        fs::create_dir_all(&copies).unwrap();
        let (to_parent, from_child) = pipe().unwrap();
        record("pushes")
            .processes(|run| {
                let parent = run.lane("parent");
                let child = run.fork("ada", |lane| {
                    filled(&queue, 0, count);
                    to_parent.send(lane, "done");
                    lane.wait("keeps them open", 5_000 * MILLISECOND);
                });
                from_child.receive(&parent).unwrap();
                test(&|| {
                    for end in ["", "-wal"] {
                        fs::copy(format!("{}{end}", file.display()), copies.join(format!("copy.db{end}")))
                            .unwrap();
                    }
                    let _ = fs::remove_file(copies.join("copy.db-shm"));
                    copies.join("copy.db")
                });
                child.kill();
            })
            .unwrap();
        fs::remove_dir_all(copies).unwrap();
    }

    fn a_torn_write_leaves_the_queue_as_it_was_before_that_write() {
        const COUNT: usize = 12;
        with_copies(COUNT, |copy| {
            let whole = fs::metadata(copy().with_extension("db-wal")).unwrap().len();
            let mut seen = Vec::new();
            for torn in (0..=whole).rev().step_by(1511) {
                let file = copy();
                let writes = fs::File::options().write(true).open(file.with_extension("db-wal")).unwrap();
                writes.set_len(torn).unwrap();
                if torn < whole && torn % 2 == 0 && torn > 100 {
                    // The disk had the length, and not yet what was to stand there.
                    std::os::unix::fs::FileExt::write_all_at(&writes, &[0x5A; 100], torn - 100).unwrap();
                }
                let queue = match Sqlite::at(&file) {
                    Ok(queue) => TaskQueue::on(queue),
                    Err(error) => panic!("cut at {torn} of {whole}: {error}"),
                };
                let ids: Vec<u64> = queue.rows().unwrap().iter().map(|row| row.id).collect();
                let count = ids.len() as u64;
                assert_eq!(ids, (1..=count).collect::<Vec<_>>(), "cut at {torn}");
                assert_eq!(queue.push("one more").unwrap(), count + 1);
                seen.push(ids.len());
            }
            assert_eq!(seen[0], COUNT, "the whole file has them all");
            assert!(seen.is_sorted_by(|more, less| more >= less) && *seen.last().unwrap() == 0, "{seen:?}");
        });
    }

    fn a_damaged_file_is_a_clear_error_and_is_left_alone() {
        let queue = TaskQueue::new().unwrap();
        filled(&queue, 0, 400);
        let connection = rusqlite::Connection::open(queue.place()).unwrap();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        drop(connection);
        let whole = fs::read(queue.place()).unwrap();
        let copy = std::env::temp_dir().join(format!("timelanes-damaged-{}.db", std::process::id()));
        let damaged = |bytes: &[u8]| {
            fs::write(&copy, bytes).unwrap();
            says(
                &Sqlite::at(&copy).err().unwrap(),
                &["could not be opened", "damaged", "Nothing was changed"],
            );
            assert_eq!(fs::read(&copy).unwrap(), bytes);
        };
        damaged(&[b'x'; 5000]);
        let (mut torn, mut head) = (whole.clone(), whole.clone());
        torn[4096 + 3000..3 * 4096].fill(0xA5);
        damaged(&torn);
        head[..16].fill(0);
        damaged(&head);
        damaged(&whole[..whole.len() - 4096]);
        fs::remove_file(copy).unwrap();
        assert_eq!(queue.rows().unwrap().len(), 400);
    }

    fn a_full_disk_takes_no_task_and_loses_none() {
        let small = Sqlite::new().unwrap();
        small.limit(40);
        let queue = TaskQueue::on(small);
        let long = "soup ".repeat(100);
        let error = (0..1000).find_map(|_| queue.push(&long).err()).unwrap();
        says(&error, &["took no further task", "the disk is full", "make room"]);
        let there = queue.rows().unwrap().len();
        assert!(there > 10, "{there}");
        // What is there can be done, and there is room for more elsewhere.
        let run = record("full").processes(|run| _ = run.fork("ada", |lane| works(&queue, lane)));
        run.unwrap();
        assert_eq!(states(&queue), vec![TaskState::Done; there]);
        let again = TaskQueue::on(Sqlite::at(queue.place()).unwrap());
        assert_eq!(again.push(&long).unwrap(), there as u64 + 1);
    }

    fn a_limit_of_the_system_in_the_middle_of_a_write_loses_none_that_was_taken() {
        for kilobytes in [20_u64, 21, 30, 50, 77] {
            let queue = TaskQueue::on(Sqlite::new().unwrap().durable());
            let taken = Shared::<AtomicU32>::new().unwrap();
            let run = record("limited").processes(|run| {
                run.fork("ada", |lane| {
                    // The signal that would kill is ignored in children; the write fails in its middle instead.
                    setrlimit(Resource::RLIMIT_FSIZE, kilobytes << 10, kilobytes << 10).unwrap();
                    let error = (0..1000).find_map(|_| match queue.push("soup") {
                        Ok(_) => (taken.fetch_add(1, SeqCst) > 10_000).then(|| unreachable!()),
                        Err(error) => Some(error),
                    });
                    lane.mark(&error.expect("the disk is to become full").to_string());
                });
            });
            let run = run.unwrap();
            let notes: Vec<_> = run.lane("ada").unwrap().notes().map(|mark| mark.label.clone()).collect();
            assert!(notes[0].contains("took no further task"), "{notes:?}");
            assert!(notes[0].contains("as it was"), "{notes:?}");
            let there = queue.rows().unwrap().len();
            assert_eq!(there, taken.load(SeqCst) as usize, "{kilobytes}: {notes:?}");
            queue.push("one more").unwrap();
        }
    }

    fn a_server_whose_last_write_was_torn_has_all_tasks_before_it() {
        with_server(|server| {
            for torn in [0, 1, 57, 400] {
                let queue = Redis::new(&server.address()).unwrap();
                let queue = TaskQueue::on(queue);
                filled(&queue, 0, 20);
                server.power_cut("unlimited", |writes| {
                    let length = writes.metadata().unwrap().len();
                    writes.set_len(length - torn).unwrap();
                });
                assert!(server.answers());
                let ids: Vec<u64> = queue.rows().unwrap().iter().map(|row| row.id).collect();
                let fewest = if torn == 0 { 20 } else { 15 };
                assert!((fewest..=20).contains(&ids.len()), "{torn}: {ids:?}");
                assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
                let run = record("after").processes(|run| _ = run.fork("ada", |lane| works(&queue, lane)));
                run.unwrap();
                assert!(states(&queue).iter().all(|state| *state == TaskState::Done));
            }
        });
    }

    fn a_server_with_a_full_disk_or_memory_says_so_and_loses_none_that_was_taken() {
        with_server(|server| {
            let queue = TaskQueue::on(Redis::new(&server.address()).unwrap());
            filled(&queue, 0, 3);
            server.tell(&["CONFIG", "SET", "maxmemory", "1"]);
            says(
                &queue.push("soup").unwrap_err(),
                &["took no further task", "refused", "memory", "Nothing was changed"],
            );
            server.tell(&["CONFIG", "SET", "maxmemory", "0"]);
            assert_eq!(queue.push("soup").unwrap(), 4);
            // The disk is full in the middle of a write, and the server gives up.
            server.power_cut("16", |_| ());
            assert!(server.answers());
            let mut taken = 4;
            let error = (0..1000).find_map(|_| queue.push("soup").map(|id| taken = id).err()).unwrap();
            says(&error, &["took no further task", "Is a server running there"]);
            server.power_cut("unlimited", |_| ());
            assert!(server.answers());
            let there = queue.rows().unwrap().len() as u64;
            assert!((taken..=taken + 1).contains(&there), "{taken} taken, {there} there");
        });
    }

    fn a_worker_whose_server_goes_away_ends_with_a_clear_message() {
        with_server(|server| {
            let queue = TaskQueue::on(Redis::new(&server.address()).unwrap());
            filled(&queue, 0, 5);
            let run = record("away").processes(|run| {
                run.fork("ada", |lane| {
                    queue.claim(lane, 1_000 * MILLISECOND).unwrap();
                    lane.wait("cooks", 300 * MILLISECOND);
                    assert!(queue.claim(lane, 1_000 * MILLISECOND).is_none());
                });
                std::thread::sleep(Duration::from_millis(50));
                server.tell(&["SHUTDOWN", "NOSAVE"]);
            });
            says(run.unwrap_err().fault(), &["gave no task", "Is a server running there"]);
        });
    }

    pub fn all() -> Vec<one_thread::Test> {
        crate::tests![
            every_task_is_done_once_where_nobody_dies,
            fifty_kills_at_random_moments_lose_no_task_and_every_duplicate_is_in_the_lanes,
            a_task_of_a_killed_worker_is_blocked_until_its_lease_is_over,
            a_worker_that_was_stopped_for_longer_than_its_lease_is_too_late,
            a_task_that_fails_waits_and_then_becomes_a_dead_letter,
            who_asks_for_a_longer_lease_in_time_keeps_the_task,
            a_queue_that_never_gets_empty_and_a_lease_of_no_time_at_all_end_at_the_limit,
            nobody_has_the_file_open_where_a_fork_may_happen,
            nothing_is_left_behind_also_by_one_that_was_killed,
            an_address_in_the_environment_is_where_queues_are,
            a_torn_write_leaves_the_queue_as_it_was_before_that_write,
            a_damaged_file_is_a_clear_error_and_is_left_alone,
            a_full_disk_takes_no_task_and_loses_none,
            a_limit_of_the_system_in_the_middle_of_a_write_loses_none_that_was_taken,
            a_server_whose_last_write_was_torn_has_all_tasks_before_it,
            a_server_with_a_full_disk_or_memory_says_so_and_loses_none_that_was_taken,
            a_worker_whose_server_goes_away_ends_with_a_clear_message,
        ]
    }
}

#[cfg(target_os = "linux")]
fn main() {
    one_thread::main(&linux::all());
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("workers are forked on Linux only");
}
