//! The delay server on loopback, and what joining, spawning, selecting and cancelling do with its answers.

use std::io::{BufRead, Read, Write};
use std::net::TcpStream as Blocking;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use timelanes::prelude::tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use timelanes::prelude::tokio::net::TcpStream;
use timelanes::prelude::tokio::time::timeout;
use timelanes::prelude::*;

/// Threads and descriptors of the process are counted, so one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the server has counted that many answers: it does so after they were sent.
fn has_answered(server: &timelanes::task::DelayServer, count: usize) -> bool {
    for _ in 0..2000 {
        if server.served().answered >= count {
            return server.served().answered == count;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    false
}

const GUESTS: [(&str, i32); 3] = [("Amir", 10), ("Kohli", 5), ("John", 1)];

fn pairs() -> [(&'static str, &'static str); 3] {
    [("Amir", "Kohli"), ("Amir", "John"), ("Kohli", "John")]
}

/// The sum of the lifetimes of the three.
fn sum(run: &Timeline) -> Time {
    GUESTS.iter().map(|(name, _)| run.lane(name).unwrap().wall()).sum()
}

fn is_cancelled(run: &Timeline, name: &str) -> bool {
    run.lane(name).unwrap().marked(MarkKind::Cancelled).is_some()
}

#[test]
fn awaits_in_a_row_never_overlap_and_take_the_sum() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let address = server.address();
    let run = record("in a row")
        .tasks(CurrentThread, async |run| {
            for (name, minutes) in GUESTS {
                let dish = run.task(name, ask(address, name, minutes)).await;
                assert_eq!(dish.unwrap(), format!("a dish for {name}"));
            }
        })
        .unwrap();
    for (one, other) in pairs() {
        assert_eq!(run.overlap(one, other).unwrap().count(), 0.0, "{one} and {other}");
    }
    assert!(sum(&run) >= 16 * MINUTE && run.length() >= 16 * MINUTE);
    let (amir, kohli) = (run.lane("Amir").unwrap(), run.lane("Kohli").unwrap());
    assert!(server.took_order("Amir", 10, amir) && server.took_order("Kohli", 5, kohli));
    assert!(!server.took_order("Amir", 10, kohli) && !server.took_order("Amir", 11, amir));
    assert!(has_answered(&server, 3));
}

#[test]
fn joined_awaits_overlap_and_take_about_the_longest() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let address = server.address();
    let run = record("joined")
        .tasks(CurrentThread, async |run| {
            let [amir, kohli, john] =
                GUESTS.map(|(name, minutes)| run.task(name, ask(address, name, minutes)));
            let dishes = tokio::join!(amir, kohli, john);
            assert!(dishes.0.is_ok() && dishes.1.is_ok() && dishes.2.is_ok());
        })
        .unwrap();
    assert!(run.overlap("Amir", "Kohli").unwrap() > 4 * MINUTE);
    let longest = run.lane("Amir").unwrap().wall();
    assert!(run.length() / longest < 1.2, "{} {longest}", run.length());
    assert_eq!(run.most_at_once(Running), 2, "one poll, seen in its own lane and in the loop's");
}

/// CPU work in one poll, then a wait.
async fn burn_and_wait() {
    burn(30 * MILLISECOND);
    sleep(1 * MINUTE).await;
}

#[test]
fn joined_futures_are_never_polled_at_the_same_time_on_two_workers_and_spawned_ones_are() {
    let _alone = alone();
    let run = record("joined")
        .tasks(Workers(2), async |run| {
            let [amir, kohli] = ["Amir", "Kohli"].map(|name| run.task(name, burn_and_wait()));
            tokio::spawn(async { tokio::join!(amir, kohli) }).await.unwrap();
        })
        .unwrap();
    assert_eq!(run.both(Running, "Amir", "Kohli").unwrap().count(), 0.0);
    assert!(run.lane("Kohli").unwrap().total(Running) > 25 * MILLISECOND);
    if !Machine::here().is_parallel() {
        println!("one core here: spawned tasks cannot run at the same time, so that half was not tested");
        return;
    }
    let run = record("spawned")
        .tasks(Workers(2), async |run| {
            let [amir, kohli] = ["Amir", "Kohli"].map(|name| tokio::spawn(run.task(name, burn_and_wait())));
            amir.await.unwrap();
            kohli.await.unwrap();
        })
        .unwrap();
    assert!(run.both(Running, "Amir", "Kohli").unwrap().count() > 0.0);
}

async fn order(address: std::net::SocketAddr, line: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(line.as_bytes()).await.unwrap();
    BufReader::new(stream)
}

#[test]
fn a_select_that_drops_read_line_loses_the_bytes_it_had_read() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let address = server.address();
    // On a machine kept busy the bell may ring before the first half was there to be read; then once more.
    for orders in 1..=9 {
        let mut rest = String::new();
        let run = record("select").tasks(CurrentThread, async |run| {
            let mut kitchen = order(address, "Amir 60 in pieces\n").await;
            let mut line = String::new();
            tokio::select! {
                biased;
                _ = run.task("read", kitchen.read_line(&mut line)) => panic!("the line is not whole yet"),
                () = run.task("bell", sleep(45 * MINUTE)) => {}
            }
            kitchen.read_line(&mut rest).await.unwrap();
        });
        let run = run.unwrap();
        assert!(is_cancelled(&run, "read") && !is_cancelled(&run, "bell"));
        assert!(has_answered(&server, orders), "the server sent all of it");
        // Its first poll, the first half, the bell.
        if run.polls("read").unwrap().len() == 3 {
            let second_half = format!(", number {}\n", server.number_of("Amir").unwrap());
            return assert_eq!(rest, second_half, "the first half went with the future");
        }
    }
    panic!("the first half was never there before the bell");
}

#[test]
fn a_buffer_outside_the_select_keeps_the_bytes() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let address = server.address();
    let (mut line, mut bells) = (Vec::new(), 0);
    let run = record("select")
        .tasks(CurrentThread, async |run| {
            let mut kitchen = order(address, "Amir 20 in pieces\n").await;
            loop {
                tokio::select! {
                    _ = run.task("read", kitchen.read_until(b'\n', &mut line)) => break,
                    () = run.task("bell", sleep(3 * MINUTE)) => bells += 1,
                }
            }
        })
        .unwrap();
    assert!(bells >= 2 && is_cancelled(&run, "read"));
    let whole = format!("a dish for Amir, number {}\n", server.number_of("Amir").unwrap());
    assert_eq!(line, whole.as_bytes());
}

#[test]
fn a_deadline_of_zero_fires_and_cancels() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let address = server.address();
    let mut late = false;
    let run = record("a deadline")
        .tasks(CurrentThread, async |run| {
            late = timeout(Duration::ZERO, run.task("Amir", ask(address, "Amir", 10))).await.is_err();
        })
        .unwrap();
    assert!(late && is_cancelled(&run, "Amir"));
}

#[test]
fn a_guest_who_leaves_is_noticed_before_the_dish_is_ready() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let address = server.address();
    record("leaves")
        .tasks(CurrentThread, async |_| {
            // A machine kept busy may let the deadline fire before the order is out, so until one was taken.
            for _ in 0..50 {
                let _ = timeout(Duration::from_millis(20), ask(address, "Amir", 1000)).await;
                sleep(1 * MINUTE).await;
                if server.served().left > 0 {
                    break;
                }
            }
        })
        .unwrap();
    let served = server.served();
    assert!(served.left >= 1 && served.answered == 0, "{served:?}");
}

/// What `ask` says about a server that does this with its one connection.
fn asked_of(behaves: impl FnOnce(Blocking) + Send + 'static) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || behaves(listener.accept().unwrap().0));
    let mut says = String::new();
    record("asked")
        .tasks(CurrentThread, async |_| {
            says = ask(address, "Amir", 1).await.unwrap_err().to_string();
        })
        .unwrap();
    server.join().unwrap();
    says
}

#[test]
fn a_server_that_closes_in_the_middle_is_an_error_that_names_who_asked() {
    let _alone = alone();
    let read = |mut guest: &Blocking| assert!(guest.read(&mut [0; 100]).unwrap() > 0);
    let half = asked_of(move |mut guest| {
        read(&guest);
        guest.write_all(b"a dish f").unwrap();
    });
    assert!(
        half.contains("\"Amir\"") && half.contains("in the middle") && half.contains("a dish f"),
        "{half}"
    );
    let none = asked_of(move |guest| read(&guest));
    assert!(none.contains("\"Amir\"") && none.contains("without an answer"), "{none}");
    // Closed with bytes unread: the system sends a reset.
    let reset = asked_of(|guest| while guest.peek(&mut [0]).unwrap() == 0 {});
    assert!(reset.contains("\"Amir\"") && reset.contains("closed the connection"), "{reset}");
}

#[test]
fn the_kitchen_can_be_told_to_hang_up_in_the_middle() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let mut kitchen = Blocking::connect(server.address()).unwrap();
    kitchen.write_all(b"Amir 1 hang up\n").unwrap();
    let mut answer = String::new();
    kitchen.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "a dish f");
    assert_eq!((server.served().orders, server.served().answered), (1, 0));
}

#[test]
fn a_line_that_is_no_order_is_answered_and_the_next_one_is_served() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let mut kitchen = Blocking::connect(server.address()).unwrap();
    kitchen.write_all(b"\xff\xfe\nAmir\nAmir 1e9\nAmir 0\nKohli 0 in pieces\n").unwrap();
    let answers = std::io::BufReader::new(kitchen).lines();
    let lines: Vec<String> = answers.take(5).map(Result::unwrap).collect();
    let numbered = format!("a dish for Kohli, number {}", server.number_of("Kohli").unwrap());
    assert_eq!(lines[3..], ["a dish for Amir", &numbered]);
    assert!(lines[..3].iter().all(|line| line.starts_with("? ")), "{lines:?}");
    assert!(lines[2].contains("from 0 to"), "{lines:?}");
    assert_eq!(server.served().refused, 3);
}

#[test]
fn an_endless_line_is_refused_and_the_connection_closed() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let mut kitchen = Blocking::connect(server.address()).unwrap();
    let _ = kitchen.write_all(&[b'x'; 100_000]);
    let mut answer = Vec::new();
    // Bytes that the server never read make the system send a reset instead of the rest.
    let _ = kitchen.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"? "));
    assert_eq!((server.served().orders, server.served().refused), (0, 1));
}

#[test]
fn one_connection_too_many_is_refused_and_the_others_are_served() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let mut guests: Vec<Blocking> = (0..400).map(|_| Blocking::connect(server.address()).unwrap()).collect();
    while server.served().connections < 400 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let address = server.address();
    let mut says = String::new();
    record("full")
        .tasks(CurrentThread, async |_| {
            says = ask(address, "John", 1).await.unwrap_err().to_string();
        })
        .unwrap();
    assert!(says.contains("\"John\"") && says.contains("400 guests"), "{says}");
    let mut answer = [0; 16];
    guests[7].write_all(b"Amir 0\n").unwrap();
    guests[7].read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"a dish for Amir\n");
}

#[test]
fn a_name_of_two_words_and_a_time_that_is_none_are_refused_in_words() {
    let (_alone, server) = (alone(), delay_server().unwrap());
    let address = server.address();
    let mut says = Vec::new();
    record("refused")
        .tasks(CurrentThread, async |_| {
            for name in ["", "Amir Khan", "Amir\n9"] {
                says.push(ask(address, name, 1).await.unwrap_err().to_string());
            }
        })
        .unwrap();
    assert!(says.iter().all(|says| says.contains("one word")), "{says:?}");
    for minutes in [-1.0, f64::NAN, f64::INFINITY] {
        let run = record("no time").tasks(CurrentThread, async |_| {
            assert!(ask(address, "Amir", minutes).await.is_err());
        });
        assert!(run.unwrap_err().to_string().contains("zero or more"));
    }
    assert_eq!(server.served().orders, 0);
}

#[cfg(target_os = "linux")]
fn threads_and_descriptors() -> (usize, usize) {
    let count = |folder| std::fs::read_dir(folder).unwrap().count();
    (count("/proc/self/task"), count("/proc/self/fd"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_is_dropped_leaves_no_thread_and_no_socket() {
    let _alone = alone();
    // The harness starts threads for tests that wait for this one's lock; those stay.
    let settle = || {
        let mut before = threads_and_descriptors();
        loop {
            std::thread::sleep(Duration::from_millis(20));
            let now = threads_and_descriptors();
            if now == before {
                return now;
            }
            before = now;
        }
    };
    let before = settle();
    let server = delay_server().unwrap();
    let mut guests: Vec<Blocking> = (0..20).map(|_| Blocking::connect(server.address()).unwrap()).collect();
    guests.iter_mut().for_each(|guest| guest.write_all(b"Amir 1000\n").unwrap());
    while server.served().orders < 20 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let address = server.address();
    drop(server);
    let mut nothing = Vec::new();
    assert!(guests.iter_mut().all(|guest| guest.read_to_end(&mut nothing).is_ok()) && nothing.is_empty());
    drop(guests);
    let after = settle();
    assert!(
        after.0 <= before.0 && after.1 <= before.1,
        "{after:?} threads and descriptors, {before:?} before"
    );
    let mut says = String::new();
    record("gone")
        .tasks(CurrentThread, async |_| {
            says = ask(address, "Amir", 1).await.unwrap_err().to_string();
        })
        .unwrap();
    assert!(says.contains("nobody listens"), "{says}");
}

/// Runs one test of this file again, in a process that may have `limit` files and sockets open.
#[cfg(target_os = "linux")]
fn with_descriptors(limit: u32, test: &str) -> bool {
    let program = std::env::current_exe().unwrap();
    let line = format!("ulimit -n {limit} && exec \"$0\" --exact {test} --include-ignored --nocapture");
    std::process::Command::new("sh")
        .args(["-c", &line])
        .arg(program)
        .env("INSIDE", "1")
        .status()
        .unwrap()
        .success()
}

#[cfg(target_os = "linux")]
#[test]
fn running_out_of_descriptors_is_said_and_the_server_goes_on() {
    let _alone = alone();
    assert!(with_descriptors(40, "inside_forty_descriptors"));
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by the test above, in a process with a lower limit"]
fn inside_forty_descriptors() {
    assert!(std::env::var_os("INSIDE").is_some(), "only inside a process with a lower limit");
    let server = delay_server().unwrap();
    let address = server.address();
    let (mut served, mut faults) = (0, Vec::new());
    record("forty")
        .tasks(CurrentThread, async |_| {
            let all = futures::future::join_all((0..60).map(|_| ask(address, "Amir", 1))).await;
            for answer in all {
                match answer {
                    Ok(_) => served += 1,
                    Err(error) => faults.push(error.to_string()),
                }
            }
            for _ in 0..200 {
                // Descriptors come back one by one.
                if ask(address, "Amir", 1).await.is_ok() {
                    return;
                }
                sleep(1 * MINUTE).await;
            }
            panic!("the server does not serve any more");
        })
        .unwrap();
    assert!(served > 0 && !faults.is_empty());
    assert!(faults.iter().all(|fault| fault.contains("ulimit -n")), "{faults:?}");
}

#[test]
fn a_server_started_inside_a_run_is_refused_in_words() {
    let mut says = String::new();
    record("inside").tasks(CurrentThread, async |_| says = delay_server().unwrap_err().to_string()).unwrap();
    assert!(says.contains("start it before the run"), "{says}");
}
