//! Peers: programs and runtimes that do the same errands; and what becomes of those that misbehave.

#[cfg(target_os = "linux")]
mod not_tested;
#[cfg(target_os = "linux")]
mod one_thread;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::path::PathBuf;
    use std::process::Command;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    use std::time::{Duration, Instant};

    use timelanes::peer::{Outcome, Trouble};
    use timelanes::prelude::*;

    use crate::not_tested::not_tested;
    use crate::one_thread;

    const SCRIPTS: [&str; 8] = [
        "one after another",
        "asyncio",
        "threading",
        "multiprocessing",
        "concurrent.futures",
        "gevent",
        "Twisted",
        "Node.js",
    ];

    fn few() -> Errands {
        Errands::new(3, 5 * MINUTE, 40)
    }

    fn all_in_rust(peers: &mut Peers) {
        peers.rust("Rust threads", |errands| {
            let sum = AtomicU64::new(0);
            let run = record("threads").threads(|run| {
                for number in errands.numbers() {
                    let sum = &sum;
                    run.spawn(number.to_string(), move |lane| {
                        sum.fetch_add(errands.errand(lane, number), Relaxed)
                    });
                }
            })?;
            Ok((run, sum.into_inner()))
        });
        peers.rust("Rust processes", |errands| {
            let sum = Shared::<AtomicU64>::new()?;
            let run = record("processes").processes(|run| {
                for number in errands.numbers() {
                    run.fork(number.to_string(), |lane| {
                        _ = sum.fetch_add(errands.errand(lane, number), Relaxed)
                    });
                }
            })?;
            Ok((run, sum.load(Relaxed)))
        });
        peers.rust("Tokio", |errands| {
            let mut sum = 0;
            let errands = *errands;
            let run = record("Tokio").tasks(Workers(2), async |run| {
                let errand = |number| async move { errands.checksum(&errands.fetched(number).await) };
                let task = |number: usize| tokio::spawn(run.task(number.to_string(), errand(number)));
                let tasks: Vec<_> = errands.numbers().map(task).collect();
                for task in tasks {
                    sum += task.await.unwrap();
                }
            })?;
            Ok((run, sum))
        });
        peers.rust("Rust coroutines", peer::coroutines);
        peers.rust("Rust event loop", peer::event_loop);
        peers.rust("rayon", peer::rayon_and_threads);
    }

    /// A program of its own that has the peers' environment.
    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn says(outcome: &Outcome, words: &[&str]) {
        let text: Vec<String> = outcome.troubles.iter().map(ToString::to_string).collect();
        let text = text.join("; ");
        assert!(words.iter().all(|word| text.contains(word)), "{words:?} in: {text}");
        let marks = || outcome.timeline.lanes.iter().flat_map(|lane| lane.marks());
        for trouble in &outcome.troubles {
            assert!(marks().any(|mark| mark.label == trouble.to_string()), "no lane says: {trouble}");
            assert!(outcome.timeline.notes.iter().any(|note| note.contains(&trouble.to_string())));
        }
    }

    /// Whether a process runs whose command line has this word.
    fn runs(word: &str) -> bool {
        let lines = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
            let is_number =
                entry.file_name().to_str()?.parse::<u32>().is_ok_and(|pid| pid != std::process::id());
            is_number.then(|| std::fs::read_to_string(entry.path().join("cmdline")).ok())?
        });
        lines.into_iter().any(|line| line.contains(word))
    }

    fn every_runtime_comes_to_the_same_result_and_is_measured() {
        let mut peers = Peers::new(few());
        for name in SCRIPTS {
            let outcome = peers.run(name);
            if outcome.is_missing() {
                not_tested(format!("{name}: {}", outcome.troubles[0]));
            } else {
                assert!(outcome.is_well(), "{name}: {:?}", outcome.troubles);
            }
        }
        all_in_rust(&mut peers);
        let there = peers.outcomes().iter().filter(|outcome| !outcome.is_missing());
        for outcome in there {
            assert_eq!(outcome.sum, Some(few().sum()), "{}: {:?}", outcome.name, outcome.troubles);
            assert!(outcome.is_well(), "{}: {:?}", outcome.name, outcome.troubles);
            assert!(outcome.usage.cpu > Duration::ZERO && outcome.usage.memory > 1 << 20, "{outcome:?}");
            assert!(outcome.usage.switches.voluntary > 0, "{}", outcome.name);
            assert!(outcome.whole >= outcome.start_up + outcome.job, "{}", outcome.name);
            for number in few().numbers() {
                let lane = outcome.timeline.lane(&number.to_string()).unwrap();
                // A coroutine whose wait is over is ready until it has the thread.
                assert!(
                    lane.nanos(Waiting) + lane.nanos(Ready) > 40_000_000,
                    "{} {number}: {lane:?}",
                    outcome.name
                );
            }
            let together = outcome.timeline.most_at_once(Waiting);
            assert_eq!(together > 1, outcome.name != "one after another", "{}", outcome.name);
        }
        let all = peers.all();
        assert!(all.lanes.len() >= 3 * peers.outcomes().len(), "{}", all.lanes.len());
        assert_eq!(all.start(), 0);
        assert!(peers.results().contains(&few().sum().to_string()));
        assert!(peers.table().cell("asyncio", "result").is_some());
    }

    fn two_python_threads_never_both_run_where_there_is_a_gil_and_two_processes_do() {
        let mut peers = Peers::new(Errands::new(2, 2 * MINUTE, 1_000));
        let mut seen = false;
        // Where others have the cores, two processes may long find no moment for both.
        for round in 0.. {
            if round >= 25 || (round >= 3 && (seen || !Machine::here().is_parallel())) {
                break;
            }
            let threads = peers.run("threading").clone();
            assert!(threads.is_well(), "{:?}", threads.troubles);
            let gil = threads.timeline.lane("1").unwrap().marks()[0].label.contains("with the GIL");
            if gil {
                let both = threads.timeline.both(Running, "1", "2").unwrap();
                let one = threads.timeline.total("1", Running).unwrap();
                assert!(both < 0.02 * one, "{both} of {one}");
                let blocked = threads.timeline.lane("1").unwrap().nanos(Blocked)
                    + threads.timeline.lane("2").unwrap().nanos(Blocked);
                assert!(blocked > 10_000_000, "{blocked} ns");
            }
            let processes = peers.run("multiprocessing").clone();
            assert!(processes.is_well(), "{:?}", processes.troubles);
            assert_eq!(processes.timeline.lane("1").unwrap().nanos(Blocked), 0);
            let both = processes.timeline.both(Running, "1", "2").unwrap();
            seen |= both > 0.1 * processes.timeline.total("1", Running).unwrap();
        }
        assert!(seen || !Machine::here().is_parallel(), "two processes never ran at the same time");
    }

    fn a_peer_that_hangs_is_killed_with_all_that_it_started() {
        let mut peers = Peers::new(few()).within(300 * MILLISECOND);
        let begun = Instant::now();
        let outcome = peers.program("hangs", shell("sleep 98765.1 & sleep 98765.2"));
        says(outcome, &["was killed when its time was up"]);
        assert!(begun.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!runs("98765."), "a process is left");
    }

    fn a_peer_that_leaves_a_process_behind_is_followed_by_none() {
        let mut peers = Peers::new(few());
        peers.program("leaves", shell("sleep 98764.1 >/dev/null 2>&1 & echo 1"));
        std::thread::sleep(Duration::from_millis(50));
        assert!(!runs("98764."), "a process is left");
    }

    fn nor_by_one_in_a_session_of_its_own() {
        let mut peers = Peers::new(few()).within(300 * MILLISECOND);
        let code = "import subprocess as s; s.Popen(['sleep', '98761.1'], start_new_session=True); print(1)";
        peers.python("leaves", code);
        peers.program("hangs", shell("(setsid sh -c 'sleep 98761.2; true' &); sleep 98761.3"));
        assert!(!runs("98761."), "a process is left");
        // What else is this process's child is left alone.
        let mut other = Command::new("sleep").arg("5").spawn().unwrap();
        peers.run("one after another");
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    }

    fn errands_that_nobody_could_do_are_refused() {
        for errands in [Errands::new(1_000_000, 1 * MINUTE, 1), Errands::new(400, 1 * MINUTE, usize::MAX)] {
            let mut peers = Peers::new(errands);
            says(peers.run("multiprocessing"), &["could not be started", "too many"]);
            assert_eq!(peers.results(), "nobody came to a result");
        }
        for minutes in [-1.0, f64::NAN, f64::INFINITY] {
            let mut peers = Peers::new(Errands::new(2, minutes * MINUTE, 1)).within(3_000 * MILLISECOND);
            assert!(!peers.run("asyncio").is_well());
        }
        let mut peers = Peers::new(Errands::new(0, 1 * MINUTE, 1));
        peers.run("asyncio");
        peers.rust("coroutines", peer::coroutines);
    }

    fn a_peer_that_crashes_says_how_with_its_last_words() {
        let mut peers = Peers::new(few());
        says(peers.program("crashes", shell("kill -SEGV $$")), &["was killed by SIGSEGV"]);
        says(peers.program("is killed", shell("kill -KILL $$")), &["was killed by SIGKILL"]);
        says(
            peers.program("fails", shell("echo no more soup >&2; exit 3")),
            &["ended with code 3", "no more soup"],
        );
        says(
            peers.python("raises", "raise ValueError('no soup')"),
            &["ended with code 1", "ValueError: no soup"],
        );
        let panics = peers.rust("panics", |_| panic!("no soup in Rust"));
        says(panics, &["no soup in Rust"]);
        says(peers.rust("aborts", |_| std::process::abort()), &["was killed by SIGABRT"]);
        let hangs = Peers::new(few())
            .within(200 * MILLISECOND)
            .rust("hangs", |_| {
                loop {
                    std::thread::sleep(Duration::from_secs(1))
                }
            })
            .clone();
        says(&hangs, &["was killed when its time was up"]);
    }

    fn a_peer_that_prints_rubbish_or_nothing_has_no_result() {
        let mut peers = Peers::new(few());
        says(peers.program("rubbish", shell("echo a dish; echo '12 apples'")), &["printed \"12 apples\""]);
        says(peers.program("nothing", shell("true")), &["printed no result", "it wrote no event"]);
        let binary = peers.program("binary", shell("head -c 100000 /dev/urandom; echo"));
        assert!(binary.sum.is_none() && !binary.is_well());
        let endless = peers.program("endless", shell("yes | head -c 50000000; echo 1"));
        assert!(!endless.is_well());
    }

    fn torn_and_broken_events_cost_only_themselves_and_are_told() {
        let event = r#"{"ph":"X","name":"fetches","cat":"waiting","pid":1,"tid":1,"ts":1000.0,"dur":5.0,"args":{"lane":1}}"#;
        let mut peers = Peers::new(few());
        let torn = format!("printf '%s\\n' '{event}' '{}' >> $TIMELANES_TRACE; echo 1", &event[..40]);
        let outcome = peers.program("torn", shell(&torn));
        says(outcome, &["wrote lanes that are not whole", "came to 1", "fetched 0 dishes for 3 errands"]);
        assert_eq!(outcome.timeline.lanes[0].spans().len(), 1);
        let outcome = peers.program("no events", shell("echo hello >> $TIMELANES_TRACE; echo 1"));
        says(outcome, &["holds no trace event"]);
        let killed = format!("echo '{event}' >> $TIMELANES_TRACE; kill -KILL $$");
        let outcome = peers.program("killed", shell(&killed));
        says(outcome, &["SIGKILL"]);
        assert_eq!(outcome.timeline.lanes[0].spans().len(), 1, "what it wrote before is there");
    }

    fn an_endless_trace_ends_at_a_bound() {
        let mut peers = Peers::new(few());
        let outcome =
            peers.program("endless", shell("yes '{\"ph\":\"i\",\"ts\":1}' >> $TIMELANES_TRACE || exit 4"));
        says(outcome, &["ended with code 4"]);
    }

    fn what_is_missing_is_told_with_how_to_get_it_and_the_others_go_on() {
        let mut peers = Peers::new(few());
        let missing = peers.python("without a package", "import no_such_package").clone();
        assert!(missing.is_missing());
        says(&missing, &["no_such_package is missing", "cargo lab setup"]);
        let missing = peers.program("without a program", Command::new("no-such-program-here")).clone();
        assert!(missing.is_missing());
        assert!(matches!(peers.run("no such runtime").troubles[..], [Trouble::NoScript(_)]));
        let path = std::env::var_os("PATH");
        // SAFETY: this process has one thread.
        unsafe { std::env::set_var("PATH", "/nowhere") };
        let node = peers.run("Node.js").clone();
        if let Some(path) = path {
            // SAFETY: as above.
            unsafe { std::env::set_var("PATH", path) };
        }
        assert!(node.is_well() || node.is_missing(), "{:?}", node.troubles);
        if node.is_missing() {
            says(&node, &["Node.js is missing", "nodejs.org"]);
        }
        assert!(peers.run("one after another").is_well());
        let nodes = node.is_well().then_some("Node.js");
        let well: BTreeSet<_> = nodes.into_iter().chain(["one after another"]).collect();
        assert_eq!(BTreeSet::from_iter(peers.order()), well);
        assert!(peers.all().lanes.iter().any(|lane| lane.name == "without a package missing"));
    }

    fn another_result_and_errands_without_their_dishes_are_told() {
        let mut peers = Peers::new(few());
        says(
            peers.rust("wrong", |errands| Ok((Timeline::new("x"), errands.sum() + 1))),
            &["not equal to the others'"],
        );
        let cheat = peers.rust("cheat", |errands| Ok((Timeline::new("x"), errands.sum())));
        says(cheat, &["fetched 0 dishes for 3 errands"]);
        peers.run("one after another");
        assert!(peers.results().contains("not so: wrong"), "{}", peers.results());
    }

    fn no_file_is_left_behind() {
        let scripts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../notebooks/peers");
        let there = |folder: PathBuf| -> BTreeSet<PathBuf> {
            std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect()
        };
        let own = |folder: PathBuf| -> BTreeSet<PathBuf> {
            let all = there(folder).into_iter();
            let is_ours = |path: &PathBuf| path.to_string_lossy().contains(&std::process::id().to_string());
            all.filter(is_ours).collect()
        };
        let (before, open) =
            ((there(scripts.clone()), own(std::env::temp_dir())), there("/proc/self/fd".into()).len());
        let mut peers = Peers::new(few()).within(500 * MILLISECOND);
        peers.run("asyncio");
        peers.python("raises", "import lanes; raise SystemExit(3)");
        peers.program("hangs", shell("sleep 98763"));
        peers.rust("aborts", |_| std::process::abort());
        assert_eq!((there(scripts), own(std::env::temp_dir())), before);
        assert_eq!(there("/proc/self/fd".into()).len(), open, "descriptors are left");
    }

    fn a_process_with_other_threads_runs_nobody_and_says_why() {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::Builder::new().name("other".to_owned()).spawn(move || held.recv()).unwrap();
        let mut peers = Peers::new(few());
        says(peers.run("asyncio"), &["could not be started", "threads"]);
        drop(hold);
        let _ = thread.join().unwrap();
    }

    fn pairs_of_a_guess_are_counted() {
        let mut peers = Peers::new(Errands::new(3, 3 * MINUTE, 10));
        peers.run("one after another");
        peers.rust("coroutines", peer::coroutines);
        assert_eq!(peers.order(), ["coroutines", "one after another"]);
        assert_eq!(peers.pairs(&["coroutines", "one after another", "nobody"]), (1, 1));
        assert_eq!(peers.pairs(&["one after another", "coroutines"]), (0, 1));
        assert_eq!(peers.pairs(&[]), (0, 0));
    }

    fn anonymous_timelines_are_told_apart_by_what_they_show() {
        let four = peer::anonymous(Errands::new(2, 2 * MINUTE, 100)).unwrap();
        let processes = |run: &Timeline| run.lanes.iter().map(|lane| lane.pid).collect::<BTreeSet<_>>().len();
        let threads = |run: &Timeline| run.lanes.iter().map(|lane| lane.tid).collect::<BTreeSet<_>>().len();
        let waits = four.each_ref().map(|run| run.most_at_once(Waiting));
        assert_eq!(
            (four.each_ref().map(processes), four.each_ref().map(threads)),
            ([1, 1, 2, 1], [2, 1, 2, 1])
        );
        assert_eq!((waits[1], waits[3]), (1, 2));
    }

    pub fn all() -> Vec<one_thread::Test> {
        crate::tests![
            every_runtime_comes_to_the_same_result_and_is_measured,
            two_python_threads_never_both_run_where_there_is_a_gil_and_two_processes_do,
            a_peer_that_hangs_is_killed_with_all_that_it_started,
            a_peer_that_leaves_a_process_behind_is_followed_by_none,
            nor_by_one_in_a_session_of_its_own,
            errands_that_nobody_could_do_are_refused,
            a_peer_that_crashes_says_how_with_its_last_words,
            a_peer_that_prints_rubbish_or_nothing_has_no_result,
            torn_and_broken_events_cost_only_themselves_and_are_told,
            an_endless_trace_ends_at_a_bound,
            what_is_missing_is_told_with_how_to_get_it_and_the_others_go_on,
            another_result_and_errands_without_their_dishes_are_told,
            no_file_is_left_behind,
            a_process_with_other_threads_runs_nobody_and_says_why,
            pairs_of_a_guess_are_counted,
            anonymous_timelines_are_told_apart_by_what_they_show,
        ]
    }
}

#[cfg(target_os = "linux")]
fn main() {
    one_thread::main(&linux::all());
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("peers are measured on Linux only");
}
