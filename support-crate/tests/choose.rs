//! Tools beside each other and servers under load: what is measured is theirs, what goes wrong is told, nothing is left.

#[cfg(target_os = "linux")]
mod one_thread;

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    use timelanes::choose::{Load, Matrix, Way, matrix, request, under_load};
    use timelanes::prelude::*;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

    use crate::one_thread;

    /// What is to be waited for, and how many steps are to be done.
    #[derive(Clone, Copy)]
    struct Job {
        number: u64,
        waits: Option<SocketAddr>,
        steps: u64,
    }

    fn jobs(count: u64, waits: Option<SocketAddr>, steps: u64) -> Vec<Job> {
        (0..count).map(|number| Job { number, waits, steps }).collect()
    }

    fn one(job: Job) -> u64 {
        let number = job.waits.map_or(job.number, |kitchen| fetch(kitchen, job.number, 10 * MILLISECOND));
        compute(number, job.steps)
    }

    async fn one_async(job: Job) -> u64 {
        let number = match job.waits {
            Some(kitchen) => fetch_async(kitchen, job.number, 10 * MILLISECOND).await,
            None => job.number,
        };
        compute(number, job.steps)
    }

    fn sequential(jobs: &[Job]) -> Vec<u64> {
        jobs.iter().map(|job| one(*job)).collect()
    }

    fn threads(jobs: &[Job]) -> Vec<u64> {
        std::thread::scope(|scope| {
            let handles: Vec<_> = jobs.iter().map(|job| scope.spawn(|| one(*job))).collect();
            handles.into_iter().map(|handle| handle.join().unwrap()).collect()
        })
    }

    fn processes(jobs: &[Job]) -> Vec<u64> {
        use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
        let answers = Shared::<[AtomicU64; 200]>::new().unwrap();
        record("processes")
            .processes(|run| {
                for (job, answer) in jobs.iter().zip(answers.iter()) {
                    run.fork("job", |_| answer.store(one(*job), Relaxed));
                }
            })
            .kept();
        answers.iter().take(jobs.len()).map(|answer| answer.load(Relaxed)).collect()
    }

    fn tasks(jobs: &[Job]) -> Vec<u64> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let tasks: Vec<_> = jobs.iter().map(|job| tokio::spawn(one_async(*job))).collect();
            futures::future::try_join_all(tasks).await.unwrap()
        })
    }

    fn crashes_at_7(jobs: &[Job]) -> Vec<u64> {
        jobs.iter().map(|job| if job.number == 7 { std::process::abort() } else { one(*job) }).collect()
    }

    fn loops(_: &[Job]) -> Vec<u64> {
        loop {
            std::hint::spin_loop();
        }
    }

    fn wrong(jobs: &[Job]) -> Vec<u64> {
        jobs.iter().map(|job| job.number + job.number / 9).collect()
    }

    fn many(_: &[Job]) -> Vec<u64> {
        vec![0; 100_000]
    }

    fn panics(_: &[Job]) -> Vec<u64> {
        panic!("no flour")
    }

    const TOOLS: [(&str, Way<Job>); 4] =
        [("sequential", sequential), ("threads", threads), ("processes", processes), ("tasks", tasks)];

    fn says(table: &Matrix, tool: &str) -> String {
        table.trouble("work", tool).unwrap().unwrap_or("").to_owned()
    }

    fn waits_at_the_same_time_are_quick_and_what_they_cost_is_counted() {
        let kitchen = choose::kitchen().unwrap();
        let jobs = jobs(60, Some(kitchen.address()), 10);
        let table = matrix(&TOOLS).row("work", "tasks", &jobs).measure().unwrap();
        let time = |tool: &str| table.time("work", tool).unwrap();
        assert!(time("sequential") > 60 * 10 * MILLISECOND, "{}", table.figure().text());
        for tool in ["threads", "processes", "tasks"] {
            assert!(3.0 * (time(tool) / time("sequential")) < 1.0, "{}", table.figure().text());
            assert_eq!(table.answers("work", tool), table.answers("work", "sequential"));
        }
        let count = |tool: &str| table.cell("work", tool).unwrap().threads;
        assert!(count("sequential") == 1 && count("threads") > 20 && count("processes") > 20, "{table:?}");
        assert!(count("threads") <= 61 && count("tasks") <= Machine::here().cores.len() + 1, "{table:?}");
        assert!(!table.best("work").unwrap().contains(&"sequential"));
    }

    fn what_goes_wrong_in_a_tool_is_told_in_its_cell_and_the_others_go_on() {
        let tools: [(&str, Way<Job>); 6] = [
            ("sequential", sequential),
            ("crashes", crashes_at_7),
            ("loops", loops),
            ("wrong", wrong),
            ("many", many),
            ("panics", panics),
        ];
        let begun = Instant::now();
        let jobs = jobs(10, None, 0);
        let table = matrix(&tools).row("work", "wrong", &jobs).measure().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(12));
        assert!(says(&table, "crashes").contains("SIGABRT"), "{}", says(&table, "crashes"));
        assert_eq!(says(&table, "loops"), "not done after 5 s");
        assert_eq!(says(&table, "wrong"), "other answers than sequential: 9 of 10 agree");
        assert!(says(&table, "many").contains("100000 answers"), "{}", says(&table, "many"));
        assert!(says(&table, "panics").contains("no flour"));
        assert_eq!(
            (table.best("work").unwrap(), says(&table, "sequential").as_str()),
            (vec!["sequential"], "")
        );
        let text = table.figure().text();
        assert!(
            text.contains("Your choice, wrong: other answers") && text.contains("✗ loops: not done"),
            "{text}"
        );
        roxmltree::Document::parse(&table.figure().svg()).unwrap();
        // Hover texts say each cell whole.
        assert!(
            table.figure().html().contains("<title>work, wrong: other answers"),
            "{}",
            table.figure().html()
        );
    }

    fn a_crash_in_one_of_many_processes_costs_one_answer() {
        fn shaky(jobs: &[Job]) -> Vec<u64> {
            use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
            let answers = Shared::<[AtomicU64; 200]>::new().unwrap();
            let body = |run: &Processes| {
                for (job, answer) in jobs.iter().zip(answers.iter()) {
                    run.fork("job", |_| {
                        if job.number == 7 { std::process::abort() } else { answer.store(1, Relaxed) }
                    });
                }
            };
            record("processes").processes(body).kept();
            answers.iter().take(jobs.len()).map(|answer| answer.load(Relaxed)).collect()
        }
        let tools: [(&str, Way<Job>); 2] = [("sequential", crashes_at_7), ("processes", shaky)];
        let table = matrix(&tools).row("work", "processes", &jobs(10, None, 0)).measure_choices().unwrap();
        assert_eq!(table.answers("work", "processes").unwrap().iter().sum::<u64>(), 9);
        assert!(table.answers("work", "sequential").unwrap().is_empty());
    }

    fn one_after_another_is_seen_to_be_slower() {
        let tools: [(&str, Way<Job>); 3] = [("one", threads), ("same", threads), ("slow", sequential)];
        let kitchen = choose::kitchen().unwrap();
        let jobs = jobs(40, Some(kitchen.address()), 0);
        let table = matrix(&tools).row("work", "same", &jobs).measure().unwrap();
        // Whether two that are the same look alike is chance on a busy machine; the rule is tested beside it.
        assert!(!table.best("work").unwrap().contains(&"slow"), "{}", table.figure().text());
        assert!(table.time("work", "same").unwrap() < table.time("work", "slow").unwrap());
    }

    fn what_makes_no_sense_is_refused_with_a_reason() {
        let some = jobs(3, None, 0);
        let says = |error: Result<Matrix, Error>| error.unwrap_err().to_string();
        assert!(says(matrix(&TOOLS).measure()).contains("nothing to measure"));
        assert!(
            says(matrix(&TOOLS).row("work", "tokyo", &some).measure())
                .contains("sequential, threads, processes, tasks")
        );
        assert!(says(matrix(&TOOLS).row("work", "tasks", &[]).measure()).contains("1 to 1000"));
        assert!(says(matrix(&TOOLS).row("work", "tasks", &jobs(1001, None, 0)).measure()).contains("1001"));
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || ended.recv());
        assert!(says(matrix(&TOOLS).row("work", "tasks", &some).measure()).contains("2 threads"));
        assert!(choose::kitchen().unwrap_err().to_string().contains("2 threads"));
        drop(end);
        let _ = thread.join();
    }

    fn only_the_choice_and_the_first_tool_are_measured_when_that_is_asked_for() {
        let table = matrix(&TOOLS).row("work", "threads", &jobs(3, None, 0)).measure_choices().unwrap();
        let times = |tool: &str| table.cell("work", tool).unwrap().times.len();
        assert!(
            times("sequential") >= 3 && times("threads") >= 3 && times("processes") + times("tasks") == 0
        );
        assert!(table.figure().text().contains("not measured"));
    }

    fn a_kitchen_is_gone_when_it_is_dropped() {
        let kitchen = choose::kitchen().unwrap();
        let address = kitchen.address();
        assert_eq!(fetch(address, 17, 1 * MILLISECOND), 17);
        drop(kitchen);
        assert!(TcpStream::connect(address).is_err());
    }

    fn talk(guest: &TcpStream, kitchen: SocketAddr) -> std::io::Result<()> {
        for line in BufReader::new(guest).lines() {
            let (number, steps) = request(&line?);
            let answer = compute(fetch(kitchen, number, 40 * MILLISECOND), steps);
            (&*guest).write_all(format!("{answer}\n").as_bytes())?;
        }
        Ok(())
    }

    fn with_threads(door: TcpListener, kitchen: SocketAddr) {
        for guest in door.incoming() {
            std::thread::spawn(move || talk(&guest.unwrap(), kitchen));
        }
    }

    fn one_by_one(door: TcpListener, kitchen: SocketAddr) {
        for guest in door.incoming() {
            let _ = talk(&guest.unwrap(), kitchen);
        }
    }

    async fn talk_async(
        guest: tokio::net::TcpStream,
        kitchen: SocketAddr,
        elsewhere: bool,
    ) -> std::io::Result<()> {
        let (requests, mut answers) = guest.into_split();
        let mut lines = tokio::io::BufReader::new(requests).lines();
        while let Some(line) = lines.next_line().await? {
            let (number, steps) = request(&line);
            let dish = fetch_async(kitchen, number, 40 * MILLISECOND).await;
            let answer = match elsewhere {
                true => tokio::task::spawn_blocking(move || compute(dish, steps)).await?,
                false => compute(dish, steps),
            };
            answers.write_all(format!("{answer}\n").as_bytes()).await?;
        }
        Ok(())
    }

    fn on_tokio(
        mut builder: tokio::runtime::Builder,
        door: TcpListener,
        kitchen: SocketAddr,
        elsewhere: bool,
    ) {
        door.set_nonblocking(true).unwrap();
        builder.enable_all().build().unwrap().block_on(async {
            let door = tokio::net::TcpListener::from_std(door).unwrap();
            loop {
                let (guest, _) = door.accept().await.unwrap();
                tokio::spawn(talk_async(guest, kitchen, elsewhere));
            }
        });
    }

    fn blocking_the_loop(door: TcpListener, kitchen: SocketAddr) {
        on_tokio(tokio::runtime::Builder::new_current_thread(), door, kitchen, false);
    }

    fn blocking_workers(door: TcpListener, kitchen: SocketAddr) {
        on_tokio(tokio::runtime::Builder::new_multi_thread(), door, kitchen, false);
    }

    fn with_spawn_blocking(door: TcpListener, kitchen: SocketAddr) {
        on_tokio(tokio::runtime::Builder::new_current_thread(), door, kitchen, true);
    }

    /// A CPU quota pauses everybody, also those who are in nobody's way.
    fn longest_tail() -> f64 {
        if Machine::here().quota.is_some() { 12.0 } else { 5.0 }
    }

    fn is_good(load: &Load) -> bool {
        load.is_right() && load.without_dish == 0 && load.at_once >= 20 && load.tail() <= longest_tail()
    }

    fn a_good_server_is_good() {
        for serve in [with_threads, with_spawn_blocking] {
            let load = under_load(serve).unwrap();
            println!("{load}");
            assert!(is_good(&load), "{load}");
        }
    }

    fn one_that_blocks_its_loop_is_late() {
        for serve in [blocking_the_loop, blocking_workers] {
            let load = under_load(serve).unwrap();
            println!("{load}");
            assert!(load.at_once >= 20 && load.tail() > longest_tail(), "{load}");
        }
    }

    fn one_guest_after_another_is_told_from_all_at_once() {
        let load = under_load(one_by_one).unwrap();
        println!("{load}");
        assert!(!load.is_right() && load.at_once <= 2, "{load}");
        assert!(load.to_string().contains("were not answered in time"), "{load}");
    }

    fn troubles(serve: fn(TcpListener, SocketAddr)) -> String {
        let begun = Instant::now();
        let load = under_load(serve).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(20) && !load.is_right());
        assert!(!load.figure().svg().is_empty());
        load.to_string()
    }

    fn a_server_that_misbehaves_is_told_what_it_did() {
        let panics = troubles(|_, _| panic!("no flour"));
        assert!(panics.contains("the server panicked: no flour"), "{panics}");
        let back = troubles(|_, _| ());
        assert!(back.contains("serve came back") && back.contains("shut"), "{back}");
        let crash = troubles(|_, _| std::process::abort());
        assert!(crash.contains("SIGABRT"), "{crash}");
        let hangs = troubles(|_door, _| {
            loop {
                std::thread::sleep(Duration::from_secs(1))
            }
        });
        assert!(
            hangs.contains("812 requests were not answered in time") || hangs.contains("not answered"),
            "{hangs}"
        );
        let taken = troubles(|door, _| _ = TcpListener::bind(door.local_addr().unwrap()).unwrap());
        assert!(taken.contains("in use"), "{taken}");
        let wrong = troubles(|door, _| {
            for guest in door.incoming() {
                std::thread::spawn(move || {
                    let guest = guest.unwrap();
                    for _ in BufReader::new(&guest).lines() {
                        let _ = (&guest).write_all(b"42\n");
                    }
                });
            }
        });
        assert!(wrong.contains("answered wrongly"), "{wrong}");
        let closes = troubles(|door, _| {
            for guest in door.incoming() {
                drop(guest)
            }
        });
        assert!(closes.contains("closed the connection"), "{closes}");
        let thread = troubles(|door, kitchen| {
            for guest in door.incoming() {
                std::thread::spawn(move || {
                    talk(&guest.unwrap(), kitchen).unwrap();
                    panic!("no salt")
                });
                std::thread::spawn(|| panic!("no pepper"));
                std::thread::sleep(Duration::from_secs(9));
            }
        });
        assert!(thread.contains("not answered"), "{thread}");
        let talks = troubles(|door, _| {
            for guest in door.incoming() {
                std::thread::spawn(move || {
                    let mut guest = guest.unwrap();
                    while guest.write_all(&[b'7'; 4096]).is_ok() {}
                });
            }
        });
        assert!(talks.contains("not answered") || talks.contains("wrongly"), "{talks}");
    }

    fn one_that_computes_without_asking_the_kitchen_is_found_out() {
        let load = under_load(|door: TcpListener, _| {
            for guest in door.incoming() {
                std::thread::spawn(move || {
                    let guest = guest.unwrap();
                    for line in BufReader::new(&guest).lines() {
                        let (number, steps) = request(&line.unwrap_or_default());
                        let _ = (&guest).write_all(format!("{}\n", compute(number, steps)).as_bytes());
                    }
                });
            }
        })
        .unwrap();
        assert!(load.is_right() && load.without_dish == load.asked && load.at_once == 0, "{load:?}");
    }

    fn nothing_is_left_behind() {
        let count = |folder| std::fs::read_dir(folder).unwrap().count();
        let kitchen = choose::kitchen().unwrap();
        // Where Tokio listens for signals too, its first runtime opens a pair of sockets for the whole process.
        under_load(|_, _| ()).unwrap();
        let before = (count("/proc/self/fd"), count("/proc/self/task"));
        let jobs = jobs(5, Some(kitchen.address()), 0);
        matrix(&TOOLS).row("work", "tasks", &jobs).measure().unwrap();
        under_load(with_threads).unwrap();
        under_load(|_, _| panic!("no flour")).unwrap();
        assert_eq!((count("/proc/self/fd"), count("/proc/self/task")), before);
        drop(kitchen);
        assert!(one_thread::children(std::process::id()).is_empty());
    }

    /// Runs itself again in a process that may open few files.
    fn with_few_descriptors_there_are_fewer_guests_and_it_is_said() {
        if std::env::var_os("INSIDE").is_none() {
            let name = "with_few_descriptors_there_are_fewer_guests_and_it_is_said";
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", "ulimit -n 150 && exec \"$0\" --exact \"$1\""]);
            let ended = shell.arg(std::env::current_exe().unwrap()).arg(name).env("INSIDE", "1").status();
            assert!(ended.unwrap().success());
            return;
        }
        let kitchen = choose::kitchen().unwrap();
        let room = kitchen.room_for(200);
        assert!((20..100).contains(&room), "{room}");
        let jobs = jobs(room as u64, Some(kitchen.address()), 0);
        let table = matrix(&TOOLS).row("work", "tasks", &jobs).measure().unwrap();
        for (tool, _) in TOOLS {
            assert_eq!(table.trouble("work", tool).unwrap(), None, "{tool}");
        }
        let load = under_load(with_threads).unwrap();
        assert!(load.is_right() && (20..100).contains(&load.guests), "{load}");
        assert!(load.figure().text().contains("of 200 connections: a process may have 150 files"), "{load}");
    }

    pub fn all() -> Vec<one_thread::Test> {
        crate::tests![
            waits_at_the_same_time_are_quick_and_what_they_cost_is_counted,
            what_goes_wrong_in_a_tool_is_told_in_its_cell_and_the_others_go_on,
            a_crash_in_one_of_many_processes_costs_one_answer,
            one_after_another_is_seen_to_be_slower,
            what_makes_no_sense_is_refused_with_a_reason,
            only_the_choice_and_the_first_tool_are_measured_when_that_is_asked_for,
            a_kitchen_is_gone_when_it_is_dropped,
            a_good_server_is_good,
            one_that_blocks_its_loop_is_late,
            one_guest_after_another_is_told_from_all_at_once,
            a_server_that_misbehaves_is_told_what_it_did,
            one_that_computes_without_asking_the_kitchen_is_found_out,
            nothing_is_left_behind,
            with_few_descriptors_there_are_fewer_guests_and_it_is_said,
        ]
    }
}

#[cfg(target_os = "linux")]
fn main() {
    one_thread::main(&linux::all());
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("tools in processes of their own are for Linux only");
}
