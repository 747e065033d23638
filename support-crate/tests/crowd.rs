//! Crowds of tasks, connections and threads: all there at once, none lost, nothing left behind.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use timelanes::task::crowd::{self, Crowd};

/// A crowd is measured by what it adds to the process, so one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_whole(crowd: &Crowd) -> bool {
    [crowd.answered, crowd.closed].iter().all(|count| *count == crowd.opened) && crowd.opened > 0
}

#[test]
fn everybody_who_was_opened_is_answered_and_closed() {
    let _alone = alone();
    for crowd in [crowd::tasks(3000), crowd::connections(1000), crowd::threads(300)] {
        let crowd = crowd.unwrap();
        assert!(is_whole(&crowd), "{crowd:?}");
        assert!(crowd.opened == crowd.asked || !crowd.notes.is_empty(), "{crowd:?}");
    }
}

#[test]
fn a_crowd_of_nobody_is_refused() {
    for crowd in [crowd::tasks(0), crowd::connections(0), crowd::threads(0)] {
        assert!(crowd.unwrap_err().to_string().contains("1 or more"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_kernel_counts_all_of_them_at_one_moment() {
    let _alone = alone();
    // The harness may start or end a thread of its own meanwhile.
    const OTHERS: usize = 4;
    let threads = crowd::threads(600).unwrap();
    assert!(threads.threads + OTHERS >= threads.opened && threads.descriptors < 10, "{threads:?}");
    let connections = crowd::connections(800).unwrap();
    assert!(
        connections.descriptors >= connections.opened && connections.threads <= OTHERS,
        "{connections:?}"
    );
    let tasks = crowd::tasks(5000).unwrap();
    assert!(tasks.opened == 5000 && tasks.threads <= OTHERS && tasks.descriptors < 10, "{tasks:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_crowd_leaves_no_thread_no_descriptor_and_no_port_behind() {
    let _alone = alone();
    // Where Tokio listens for signals too, its first runtime opens a pair of sockets for the whole process.
    crowd::connections(1).unwrap();
    let count = |folder| std::fs::read_dir(folder).unwrap().count();
    let descriptors = count("/proc/self/fd");
    let in_time_wait = || {
        let sockets = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
        sockets.lines().filter(|line| line.split_whitespace().nth(3) == Some("06")).count()
    };
    let waiting = in_time_wait();
    crowd::connections(500).unwrap();
    crowd::threads(100).unwrap();
    assert!(count("/proc/self/fd") <= descriptors);
    assert!(in_time_wait() < waiting + 100, "closed connections keep ports");
    let named = |name: &str| {
        let threads = std::fs::read_dir("/proc/self/task").unwrap();
        let names =
            threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("comm")).ok());
        names.filter(|comm| comm.trim() == name).count()
    };
    assert_eq!(named("far end"), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_measurement_is_not_blurred_by_what_ran_before_it() {
    let _alone = alone();
    let first = crowd::tasks(20_000).unwrap().memory_each();
    let threads = crowd::threads(500).unwrap().memory_each();
    crowd::connections(1000).unwrap();
    let second = crowd::tasks(20_000).unwrap().memory_each();
    assert!((0.7..1.4).contains(&(second / first)), "{first} KB, then {second} KB");
    assert!(threads > 5.0 * second, "a thread takes {threads} KB, a task {second} KB");
}

#[test]
fn tasks_hardly_switch_and_threads_do_for_each_of_them() {
    let _alone = alone();
    let [tasks, threads] = [crowd::tasks(5000).unwrap(), crowd::threads(500).unwrap()];
    if threads.switches.is_some() {
        assert!(threads.switches_each() >= 1.0, "{threads}");
        assert!(tasks.switches_each() < threads.switches_each() / 4.0, "{tasks}; {threads}");
    }
}

#[test]
fn the_figure_has_three_charts_and_every_note() {
    let crowd = |what, notes| Crowd {
        what,
        asked: 20,
        opened: 10,
        answered: 10,
        closed: 10,
        time: Duration::from_micros(30),
        memory: Some(40.0),
        threads: 0,
        descriptors: 0,
        switches: None,
        notes,
    };
    let few = vec!["only 10 of 20 threads, because the container allows 10".to_owned()];
    let text = crowd::figure(&[&crowd("tasks", vec![]), &crowd("threads", few)]).text();
    for said in ["10 tasks: 3 micro", "10 threads: 4 kilo", "not a number", "only 10 of 20 threads"] {
        assert!(text.contains(said), "{said} in {text}");
    }
}

/// Runs one test of this file again, in a process with other limits.
#[cfg(target_os = "linux")]
fn with_limits(limits: &str, test: &str) {
    let program = std::env::current_exe().unwrap();
    let line = format!("{limits} && exec \"$0\" --exact {test} --include-ignored --nocapture");
    let mut shell = std::process::Command::new("sh");
    assert!(shell.args(["-c", &line]).arg(program).env("INSIDE", "1").status().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn under_a_lower_limit_there_are_fewer_connections_and_it_is_said() {
    let _alone = alone();
    with_limits("ulimit -n 120", "inside_a_hard_limit_of_120");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by the test above, in a process with a lower limit"]
fn inside_a_hard_limit_of_120() {
    assert!(std::env::var_os("INSIDE").is_some(), "only inside a process with a lower limit");
    let crowd = crowd::connections(1000).unwrap();
    assert!(is_whole(&crowd) && (20..120).contains(&crowd.opened), "{crowd:?}");
    assert!(
        crowd.notes[0].contains("of 1,000 connections") && crowd.notes[0].contains("120 files"),
        "{crowd}"
    );
    assert!(crowd::figure(&[&crowd]).text().contains("120 files"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_soft_limit_is_raised_for_the_crowd_and_put_back() {
    let _alone = alone();
    with_limits("ulimit -n 1500 && ulimit -Sn 120", "inside_a_soft_limit_of_120");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by the test above, in a process with a lower limit"]
fn inside_a_soft_limit_of_120() {
    assert!(std::env::var_os("INSIDE").is_some(), "only inside a process with a lower limit");
    let soft_limit = || {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap().to_owned();
        line.split_whitespace().nth(3).unwrap().to_owned()
    };
    assert_eq!(soft_limit(), "120");
    let crowd = crowd::connections(500).unwrap();
    assert!(is_whole(&crowd) && crowd.opened == 500 && crowd.notes.is_empty(), "{crowd:?}");
    assert_eq!(soft_limit(), "120");
}

#[cfg(target_os = "linux")]
#[test]
fn where_the_system_gives_no_further_thread_those_that_began_end_and_it_is_said() {
    let _alone = alone();
    // Room for the addresses of a few dozen stacks of 64 MB, which the limits read beforehand know nothing of.
    with_limits("ulimit -v 4000000 && export RUST_MIN_STACK=67108864", "inside_four_gigabytes");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by the test above, in a process with a lower limit"]
fn inside_four_gigabytes() {
    assert!(std::env::var_os("INSIDE").is_some(), "only inside a process with a lower limit");
    let crowd = crowd::threads(500).unwrap();
    assert!(is_whole(&crowd) && crowd.opened < 200, "{crowd:?}");
    assert!(crowd.notes[0].contains("of 500 threads, because the system gives no further one"), "{crowd}");
}
