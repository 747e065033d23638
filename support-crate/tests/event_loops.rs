//! An event loop of one's own: what is polled when, who woke it, and what is said when nobody does.

use std::future::{pending, poll_fn};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::channel::oneshot;
use timelanes::event_loop::{Loop, Sleep, Socket, Task, on_loop, run_loop, serve_in_turns, spawn};
use timelanes::prelude::*;

/// A limit for runs that are to reach it.
const SHORT: f64 = 150.0;

/// One test at a time: they count this process's threads and descriptors.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A loop for the calling thread.
struct Own {
    at: Loop,
    woken: mpsc::Receiver<Arc<Task>>,
    poll: mio::Poll,
}

impl Own {
    fn new() -> Self {
        let (at, woken, poll) = Loop::new().unwrap();
        Self { at, woken, poll }
    }

    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        spawn(&self.at.queue, future);
    }

    fn runs(self, run: &EventLoop) {
        run_loop(run, &self.at, self.woken, self.poll);
    }
}

fn sleep(at: &Loop, until: Instant) -> Sleep {
    Sleep { until, timers: at.timers.clone() }
}

fn yields(times: usize) -> impl Future<Output = ()> {
    let mut left = times;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Customers that read by the loop's timers, and a task that gives way again and again beside them.
fn customers(minutes: &'static [(&'static str, f64)]) -> Timeline {
    let run = record("customers").event_loop(move |run| {
        let own = Own::new();
        for (name, minutes) in minutes {
            let sleep = sleep(&own.at, run.deadline(*minutes * MINUTE));
            own.spawn(run.task(*name, sleep));
        }
        own.spawn(run.task("busybody", yields(50)));
        own.runs(run);
    });
    run.unwrap()
}

const THREE: &[(&str, f64)] = &[("Amir", 5.0), ("Kohli", 2.5), ("John", 0.5)];

/// The polls of every task, in order of their starts.
fn polls(run: &Timeline) -> Vec<(u64, u64, usize)> {
    let tasks = run.lanes.iter().enumerate().filter(|(_, lane)| lane.name != "loop");
    let spans = tasks.flat_map(|(number, lane)| lane.spans().iter().map(move |span| (number, lane, span)));
    let polls = spans.filter(|(_, lane, span)| lane.label(span) == "poll");
    let mut polls: Vec<_> = polls.map(|(number, _, span)| (span.start, span.end, number)).collect();
    polls.sort_unstable();
    polls
}

fn wakes(run: &Timeline, name: &str) -> usize {
    let number = run.lanes.iter().position(|lane| lane.name == name).unwrap();
    run.arrows.iter().filter(|arrow| arrow.to.0 == number).count()
}

fn says(run: &Recorded) -> String {
    run.as_ref().unwrap_err().fault().to_string()
}

#[test]
fn polls_on_one_thread_never_overlap() {
    let _one = alone();
    let run = customers(THREE);
    let polls = polls(&run);
    assert!(polls.len() >= 57, "{} polls", polls.len());
    assert!(polls.windows(2).all(|pair| pair[0].1 <= pair[1].0));
    let tasks = Timeline { lanes: run.lanes[1..].to_vec(), arrows: Vec::new(), ..run.clone() };
    assert_eq!(tasks.most_at_once(Running), 1);
    // And the loop's own lane shows the same polls, under the names of the tasks.
    let own = run.lane("loop").unwrap();
    let shown = own.spans().iter().filter(|span| span.activity == Running).map(|span| (span.start, span.end));
    assert_eq!(shown.collect::<Vec<_>>(), polls.iter().map(|poll| (poll.0, poll.1)).collect::<Vec<_>>());
}

#[test]
fn every_poll_after_the_first_follows_a_wake_and_there_are_no_others() {
    let _one = alone();
    let run = customers(THREE);
    for (number, lane) in run.lanes.iter().enumerate().skip(1) {
        let polls: Vec<_> = lane.spans().iter().filter(|span| lane.label(span) == "poll").collect();
        for pair in polls.windows(2) {
            let between = |at: u64| (pair[0].start..=pair[1].start).contains(&at);
            assert!(
                run.arrows.iter().any(|arrow| arrow.to.0 == number && between(arrow.to.1)),
                "{}",
                lane.name
            );
        }
        assert_eq!(polls.len(), wakes(&run, &lane.name) + 1, "{}", lane.name);
    }
    assert_eq!(run.lane("John").unwrap().times(Running), 2);
    assert_eq!(run.lane("busybody").unwrap().times(Running), 51);
}

#[test]
fn a_timer_wakes_from_the_loop_s_lane_and_a_task_that_gives_way_wakes_itself() {
    let _one = alone();
    let run = customers(THREE);
    for arrow in &run.arrows {
        let (from, to) = (&run.lanes[arrow.from.0].name, &run.lanes[arrow.to.0].name);
        assert_eq!(from, if to == "busybody" { "busybody" } else { "loop" });
    }
}

/// Ready from a moment on, and never wakes anybody.
struct Reading(Instant);

impl Future for Reading {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[test]
fn polling_busy_takes_far_more_polls_than_a_ready_queue() {
    let _one = alone();
    let busy = record("busy").event_loop(|run| {
        let reads =
            |(name, minutes): &(&str, f64)| run.task(*name, Reading(run.deadline(*minutes * MINUTE))).boxed();
        let mut tasks: Vec<_> = THREE.iter().map(reads).collect();
        let mut context = Context::from_waker(Waker::noop());
        while !tasks.is_empty() {
            tasks.retain_mut(|task| task.as_mut().poll(&mut context).is_pending());
        }
    });
    let (busy, queued) = (busy.unwrap(), customers(THREE));
    for (name, _) in THREE {
        let [busy, queued] = [&busy, &queued].map(|run| run.lane(name).unwrap().times(Running));
        assert!(busy > 50 * queued, "{name}: {busy} and {queued} polls");
    }
    assert!(busy.arrows.is_empty() && busy.lane("loop").unwrap().times(Waiting) == 0);
    let [busy, queued] = [&busy, &queued].map(|run| run.lane("loop").unwrap().total(Waiting) / run.length());
    assert!(queued > busy);
}

#[test]
fn the_loop_parks_for_most_of_the_time() {
    let _one = alone();
    let run = customers(THREE);
    let own = run.lane("loop").unwrap();
    assert!(own.spans().iter().any(|span| own.label(span) == "parked"));
    assert!(own.total(Waiting) > own.wall() / 2.0, "{} of {}", own.total(Waiting), own.wall());
}

#[test]
fn timers_fire_in_the_order_of_their_deadlines() {
    let _one = alone();
    let names = ["a", "b", "c", "d", "e", "f"];
    let run = record("timers").event_loop(move |run| {
        let own = Own::new();
        let begins = run.deadline(0.0 * MINUTE);
        for (name, minutes) in names.into_iter().zip([5, 1, 4, 2, 0, 3]) {
            let sleep = sleep(&own.at, begins + Duration::from_millis(minutes * 4));
            own.spawn(run.task(name, sleep));
        }
        own.runs(run);
    });
    let run = run.unwrap();
    let order: Vec<_> = run.finish_order().into_iter().filter(|name| *name != "loop").collect();
    assert_eq!(order, ["e", "b", "d", "f", "c", "a"]);
    assert_eq!(run.lane("e").unwrap().times(Running), 1, "a deadline that has passed needs no wake");
}

#[test]
fn two_sleepers_with_one_deadline_are_both_woken() {
    let _one = alone();
    let run = record("twins").event_loop(|run| {
        let own = Own::new();
        let until = run.deadline(1 * MINUTE);
        for name in ["ada", "bob"] {
            own.spawn(run.task(name, sleep(&own.at, until)));
        }
        own.runs(run);
    });
    let run = run.unwrap();
    assert_eq!(["ada", "bob"].map(|name| run.lane(name).unwrap().times(Running)), [2, 2]);
}

#[test]
fn a_negative_or_endless_time_is_refused_with_the_task_and_the_reason() {
    let _one = alone();
    for bad in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
        let error = record("bad").event_loop(move |run| {
            let own = Own::new();
            let (at, inner) = (own.at.clone(), run.clone());
            let sleeps = async move { sleep(&at, inner.deadline(bad * MINUTE)).await };
            own.spawn(run.task("John", sleeps));
            own.runs(run);
        });
        let error = error.unwrap_err().to_string();
        assert!(error.contains("John") && error.contains("zero or more"), "{error}");
    }
}

#[test]
fn a_wake_that_its_future_gave_to_nobody_is_named_at_once() {
    let _one = alone();
    let begins = Instant::now();
    let stalled = record("nobody wakes").event_loop(|run| {
        let own = Own::new();
        own.spawn(run.task("John", pending()));
        own.spawn(run.task("Kohli", async {}));
        own.runs(run);
    });
    let text = says(&stalled);
    assert!(text.contains("`John` is pending and nobody holds its waker: its own poll"), "{text}");
    assert!(!text.contains("Kohli"), "{text}");
    assert!(begins.elapsed() < Duration::from_secs(1));
    // The picture says it too: John's last span has no end.
    let stalled = stalled.kept();
    assert!(!stalled.lane("John").unwrap().spans().last().unwrap().ended);
    assert!(stalled.figure().text().contains("`John` is pending"), "{}", stalled.figure().text());
    assert!(stalled.figure().svg().contains("John"));
}

#[test]
fn a_waker_that_somebody_else_let_go_of_is_named_with_who_did() {
    let _one = alone();
    let stalled = record("let go").event_loop(|run| {
        let own = Own::new();
        let shelf = Arc::new(Mutex::new(None));
        let left = shelf.clone();
        let mut asked = false;
        let waits = poll_fn(move |context| {
            if std::mem::replace(&mut asked, true) {
                return Poll::Ready(());
            }
            *left.lock().unwrap() = Some(context.waker().clone());
            Poll::Pending
        });
        own.spawn(run.task("John", waits));
        own.spawn(run.task("Kohli", async move { drop(shelf.lock().unwrap().take()) }));
        own.runs(run);
    });
    let text = says(&stalled);
    assert!(text.contains("`John` is pending") && text.contains("`Kohli` let go of it"), "{text}");
}

#[test]
fn a_wake_that_reaches_no_queue_is_named_with_who_woke() {
    let _one = alone();
    let stalled = record("dropped on the way").event_loop(|run| {
        let own = Own::new();
        let (chosen, has_chosen) = oneshot::channel();
        own.spawn(run.task("John", has_chosen.map(drop)));
        own.woken.try_iter().for_each(Task::poll);
        // From here on the loop looks into another queue than the one that wakes fill.
        run.thread("kitchen", |_| chosen.send(()).unwrap());
        let other = Own::new();
        other.at.queue.open.store(1, Relaxed);
        other.runs(run);
    });
    let text = says(&stalled);
    assert!(text.contains("`John` was woken by `kitchen`, and the loop did not poll it"), "{text}");
}

#[test]
fn a_waker_that_is_kept_and_never_called_ends_at_the_limit_with_its_task_s_name() {
    let _one = alone();
    let stalled = record("kept").within(SHORT * MILLISECOND).event_loop(|run| {
        let own = Own::new();
        let (chosen, has_chosen) = oneshot::channel::<()>();
        own.spawn(run.task("John", has_chosen.map(drop)));
        own.runs(run);
        drop(chosen);
    });
    let text = says(&stalled);
    assert!(text.contains("`John` is pending; somebody holds its waker"), "{text}");
}

#[test]
fn a_task_that_nobody_queued_is_named() {
    let _one = alone();
    let stalled = record("forgotten").event_loop(|run| {
        let own = Own::new();
        own.at.queue.open.store(1, Relaxed);
        let _john = run.task("John", async {});
        own.runs(run);
    });
    let text = says(&stalled);
    assert!(text.contains("`John` was never polled"), "{text}");
}

#[test]
fn of_many_stalled_tasks_some_are_named_and_the_others_counted() {
    let _one = alone();
    let stalled = record("many").event_loop(|run| {
        let own = Own::new();
        (0..1000).for_each(|number| own.spawn(run.task(format!("task {number}"), pending())));
        own.runs(run);
    });
    let text = says(&stalled);
    assert!(text.contains("`task 0`") && text.contains("and 995 more") && text.len() < 2000, "{text}");
}

#[test]
fn a_task_that_waits_for_a_timer_beyond_the_limit_ends_at_the_limit() {
    let _one = alone();
    let begins = Instant::now();
    let stalled = record("late").within(SHORT * MILLISECOND).event_loop(|run| {
        let own = Own::new();
        own.spawn(run.task("John", sleep(&own.at, run.deadline(10_000 * MINUTE))));
        own.runs(run);
    });
    assert!(says(&stalled).contains("`John`"));
    assert!(begins.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_task_that_gives_way_for_ever_is_stopped_at_the_limit() {
    let _one = alone();
    let stalled = record("busy").within(SHORT * MILLISECOND).event_loop(|run| {
        let own = Own::new();
        own.spawn(run.task("John", yields(usize::MAX)));
        own.runs(run);
    });
    assert!(says(&stalled).contains("`John`"), "{}", says(&stalled));
}

#[test]
fn a_poll_that_never_ends_is_named_and_the_caller_goes_on() {
    let _one = alone();
    static STOP: AtomicBool = AtomicBool::new(false);
    let stalled = record("never gives way").within(SHORT * MILLISECOND).event_loop(|run| {
        let own = Own::new();
        let spins = async {
            while !STOP.load(Relaxed) {
                std::hint::spin_loop();
            }
        };
        own.spawn(run.task("John", spins));
        own.runs(run);
    });
    STOP.store(true, Relaxed);
    let text = says(&stalled);
    assert!(text.contains("`John` never gave way"), "{text}");
}

#[test]
fn a_loop_that_parks_for_ever_on_its_own_is_told_with_the_task_that_waits() {
    let _one = alone();
    static OVER: AtomicBool = AtomicBool::new(false);
    let (parked, is_parked) = mpsc::channel();
    let begins = Instant::now();
    let stalled = record("parks by itself").within(SHORT * MILLISECOND).event_loop(move |run| {
        let own = Own::new();
        own.spawn(run.task("John", pending()));
        own.woken.try_iter().for_each(Task::poll);
        parked.send(std::thread::current()).unwrap();
        while !OVER.load(Relaxed) {
            std::thread::park();
        }
    });
    assert!(begins.elapsed() < Duration::from_secs(4));
    assert!(says(&stalled).contains("`John` is pending"), "{}", says(&stalled));
    OVER.store(true, Relaxed);
    is_parked.recv().unwrap().unpark();
}

#[test]
fn a_million_tasks_are_refused_with_the_number_that_is_allowed() {
    let _one = alone();
    let failed = record("flood").event_loop(|run| {
        let own = Own::new();
        (0..1_000_000).for_each(|number| own.spawn(run.task(format!("task {number}"), async {})));
        own.runs(run);
    });
    assert!(says(&failed).contains("too many tasks"), "{}", says(&failed));
}

#[test]
fn a_panic_is_the_run_s_error_with_the_task_s_name() {
    let _one = alone();
    let failed = record("panics").event_loop(|run| {
        let own = Own::new();
        own.spawn(run.task("Kohli", yields(3)));
        own.spawn(run.task("John", async { panic!("burnt the cake") }));
        own.runs(run);
    });
    let text = says(&failed);
    assert!(text.contains("John") && text.contains("burnt the cake"), "{text}");
    let failed = failed.kept();
    let mark = failed.lane("John").unwrap().marked(MarkKind::Panicked).unwrap();
    assert_eq!(mark.label, "burnt the cake");
}

#[test]
fn a_panic_in_a_thread_of_the_run_is_its_error_with_the_thread_s_name() {
    let _one = alone();
    let failed = record("panics").event_loop(|run| run.thread("kitchen", |_| panic!("no gas")));
    assert!(says(&failed).contains("kitchen") && says(&failed).contains("no gas"));
}

#[test]
fn an_error_of_the_body_is_the_run_s() {
    let _one = alone();
    let failed = record("fails").event_loop(|_| Err::<(), _>("no sockets here"));
    assert!(failed.unwrap_err().to_string().contains("no sockets here"));
}

#[test]
fn a_future_dropped_half_way_is_cancelled_and_no_stall() {
    let _one = alone();
    let run = record("dropped").event_loop(|run| {
        let own = Own::new();
        let inner = run.clone();
        let early = sleep(&own.at, run.deadline(0.2 * MINUTE));
        let hurries = async move {
            let slow = pin!(inner.task("slow", pending::<()>()).fuse());
            futures::select! { () = early.fuse() => (), () = { slow } => () }
        };
        own.spawn(run.task("John", hurries));
        own.runs(run);
    });
    let run = run.unwrap();
    assert!(run.lane("slow").unwrap().marked(MarkKind::Cancelled).is_some());
}

#[test]
fn a_task_may_spawn_others_from_inside() {
    let _one = alone();
    let run = record("inside").event_loop(|run| {
        let own = Own::new();
        let (inner, queue) = (run.clone(), own.at.queue.clone());
        let spawns = async move {
            for name in ["ada", "bob"] {
                spawn(&queue, inner.task(name, yields(1)));
            }
        };
        own.spawn(run.task("John", spawns));
        own.runs(run);
    });
    let run = run.unwrap();
    assert_eq!(["John", "ada", "bob"].map(|name| run.lane(name).unwrap().times(Running)), [1, 2, 2]);
}

#[test]
fn a_wake_from_another_thread_ends_the_park_and_is_an_arrow_from_there() {
    let _one = alone();
    let run = record("kitchen").event_loop(move |run| {
        let (chosen, has_chosen) = oneshot::channel();
        let own = Own::new();
        own.spawn(run.task("John", has_chosen.map(drop)));
        run.thread("kitchen", move |kitchen| {
            kitchen.wait("cooks", 0.5 * MINUTE);
            chosen.send(()).unwrap();
        });
        own.runs(run);
    });
    let run = run.unwrap();
    assert_eq!(run.lane("John").unwrap().times(Running), 2);
    assert_eq!(run.arrows.len(), 1);
    assert_eq!(run.lanes[run.arrows[0].from.0].name, "kitchen");
    assert_eq!(run.lanes[run.arrows[0].from.0].kind, LaneKind::Thread);
}

#[test]
fn waking_twice_and_waking_after_the_task_is_done_do_no_harm() {
    let _one = alone();
    let kept: Arc<OnceLock<Waker>> = Arc::default();
    let run = record("twice").event_loop(move |run| {
        let own = Own::new();
        let (keep, mut polled) = (kept.clone(), false);
        let twice = poll_fn(move |context| {
            keep.get_or_init(|| context.waker().clone());
            if std::mem::replace(&mut polled, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            context.waker().wake_by_ref();
            Poll::Pending
        });
        own.spawn(run.task("John", twice));
        let early = sleep(&own.at, run.deadline(0.5 * MINUTE));
        let late = async move {
            early.await;
            kept.get().unwrap().wake_by_ref();
            yields(1).await;
        };
        own.spawn(run.task("Kohli", late));
        let queue = own.at.queue.clone();
        own.runs(run);
        assert_eq!(queue.open.load(Relaxed), 0);
    });
    let run = run.unwrap();
    assert_eq!(["John", "Kohli"].map(|name| run.lane(name).unwrap().times(Running)), [2, 3]);
}

#[test]
fn join_polls_both_parts_in_one_lane() {
    let _one = alone();
    let run = record("join").event_loop(|run| {
        let own = Own::new();
        let [pizza, tea] = [2, 1].map(|minutes| sleep(&own.at, run.deadline(minutes * MINUTE)));
        let both = async {
            futures::join!(pizza, tea);
        };
        own.spawn(run.task("John", both));
        own.runs(run);
    });
    let run = run.unwrap();
    assert_eq!(run.lanes.len(), 2);
    assert_eq!(run.lane("John").unwrap().times(Running), 3);
    assert!(run.length() < 1.9 * 3.0 * MINUTE, "the waits overlap: {}", run.length());
}

/// A server on the loop of this room: each connection gets back what it sends.
fn echo_on_own_loop(listener: TcpListener, connections: usize) -> Timeline {
    record("echo").event_loop(move |run| echo(run, listener, connections)).unwrap()
}

fn echo(run: &EventLoop, listener: TcpListener, connections: usize) -> std::io::Result<()> {
    let own = Own::new();
    let mut listener = Socket::listen(&own.at.sockets, listener)?;
    let (inner, queue) = (run.clone(), own.at.queue.clone());
    let serve = async move {
        for number in 0..connections {
            let socket = listener.accept().await.expect("a connection");
            spawn(&queue, inner.task(format!("client {number}"), answer(socket)));
        }
    };
    own.spawn(run.task("listener", serve));
    own.runs(run);
    Ok(())
}

async fn answer(mut socket: Socket<mio::net::TcpStream>) {
    let mut buffer = [0; 64];
    while let Ok(count @ 1..) = socket.when_ready(|socket| socket.read(&mut buffer)).await {
        let mut sent = 0;
        while sent < count {
            match socket.when_ready(|socket| socket.write(&buffer[sent..count])).await {
                Ok(more) => sent += more,
                Err(_) => return,
            }
        }
    }
}

fn own_loop(listener: TcpListener, connections: usize) {
    echo_on_own_loop(listener, connections);
}

#[test]
fn the_same_clients_are_served_by_this_loop_and_by_tokio() {
    let _one = alone();
    let rates = beside_tokio(20, 20, own_loop).unwrap();
    assert_eq!(rates.len(), 2);
    // Both do the same system calls; neither can be far behind.
    assert!(rates[0].1 > rates[1].1 / 10.0, "{rates:?}");
}

#[test]
fn a_server_that_answers_nobody_is_named_and_too_many_connections_are_refused() {
    let _one = alone();
    let closes: fn(TcpListener, usize) = |listener, _| drop(listener.accept());
    let says = serve_in_turns(1, 1, &[("hasty", closes)]).unwrap_err().to_string();
    assert!(says.contains("hasty") && says.contains("closed"), "{says}");
    let says = serve_in_turns(1_000_000, 1, &[("own", own_loop)]).unwrap_err().to_string();
    assert!(says.contains("too many connections"), "{says}");
}

/// Clients of an echo server on the room's loop; the server's recording.
fn served(connections: usize, clients: impl FnOnce(SocketAddr)) -> Timeline {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || echo_on_own_loop(listener, connections));
    clients(address);
    server.join().unwrap()
}

#[test]
fn sockets_wake_their_tasks_and_each_poll_follows_a_wake() {
    let _one = alone();
    let run = served(3, |address| {
        let mut clients = [0; 3].map(|_| TcpStream::connect(address).unwrap());
        for _ in 0..5 {
            for client in &mut clients {
                client.write_all(b"menu").unwrap();
                let mut answer = [0; 4];
                client.read_exact(&mut answer).unwrap();
                assert_eq!(&answer, b"menu");
            }
        }
    });
    for lane in &run.lanes[1..] {
        assert_eq!(lane.times(Running), wakes(&run, &lane.name) + 1, "{}", lane.name);
    }
    assert!(run.lanes[2..].iter().all(|lane| lane.times(Running) > 5));
}

#[test]
fn a_peer_that_closes_in_the_middle_ends_its_task_and_the_others_go_on() {
    let _one = alone();
    let run = served(2, |address| {
        let mut rude = TcpStream::connect(address).unwrap();
        let mut polite = TcpStream::connect(address).unwrap();
        rude.write_all(&[7; 5000]).unwrap();
        // Closing with answers unread resets the connection.
        drop(rude);
        polite.write_all(b"x").unwrap();
        polite.read_exact(&mut [0]).unwrap();
    });
    assert!(run.lanes.iter().all(|lane| lane.spans().iter().all(|span| span.ended)));
}

#[cfg(target_os = "linux")]
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[cfg(target_os = "linux")]
fn threads_called(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|known| known.trim() == name).count()
}

#[cfg(target_os = "linux")]
#[test]
fn after_a_stall_or_a_panic_no_socket_and_no_thread_is_left_and_the_next_run_works() {
    let _one = alone();
    // Threads that an earlier test had to leave behind are told to end, and may not have ended yet.
    let begins = Instant::now();
    while threads_called("loop") > 0 && begins.elapsed() < Duration::from_secs(5) {
        std::thread::yield_now();
    }
    let before = descriptors();
    for panics in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (connected, is_connected) = mpsc::channel();
        let client = std::thread::spawn(move || connected.send(TcpStream::connect(address)).unwrap());
        let failed = record("fails").within(SHORT * MILLISECOND).event_loop(move |run| {
            let own = Own::new();
            let mut listener = Socket::listen(&own.at.sockets, listener).unwrap();
            let (inner, queue) = (run.clone(), own.at.queue.clone());
            let serve = async move {
                while let Ok(mut socket) = listener.accept().await {
                    let reads = async move {
                        assert!(!panics, "dropped the plates");
                        drop(socket.when_ready(|socket| socket.read(&mut [0; 8])).await);
                    };
                    spawn(&queue, inner.task("reader", reads));
                }
            };
            own.spawn(run.task("listener", serve));
            // Still in the queue when the panic comes.
            own.spawn(run.task("busybody", yields(if panics { usize::MAX } else { 0 })));
            own.runs(run);
        });
        says(&failed);
        client.join().unwrap();
        drop(is_connected.recv().unwrap());
    }
    assert_eq!(threads_called("loop"), 0);
    assert_eq!(descriptors(), before);
    assert_eq!(customers(THREE).lanes.len(), 5);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_free_descriptor_the_run_says_so() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let _one = alone();
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    // The lowest number that is free: there may be holes below the highest that is open.
    let free = std::os::fd::AsRawFd::as_raw_fd(&std::fs::File::open("/dev/null").unwrap());
    setrlimit(Resource::RLIMIT_NOFILE, free as u64, hard).unwrap();
    let failed = record("no room").event_loop(|_| Loop::new().map(drop));
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
    let says = failed.unwrap_err().to_string();
    assert!(says.contains("no room") && says.to_lowercase().contains("files"), "{says}");
}

#[test]
fn what_was_said_before_is_reported_once_and_read_by_whoever_tries_first() {
    let _one = alone();
    let (heard, said) = mpsc::channel();
    let run = record("said before").within(60 * MINUTE).event_loop(move |run| {
        on_loop(run, |own| {
            let (guest, mut client) = own.connection(b"soup")?;
            let reads = async move {
                let mut bytes = [0; 8];
                let count = client.read(&mut bytes).await.unwrap();
                client.write(b"!").await.unwrap();
                heard.send(bytes[..count].to_vec()).unwrap();
            };
            spawn(&own.queue, run.task("tries first", reads));
            Ok(guest)
        })
    });
    assert_eq!(said.recv().unwrap(), b"soup");
    assert_eq!(run.unwrap().lane("tries first").unwrap().times(Running), 1);
    let run = record("waits first").within(20 * MINUTE).event_loop(move |run| {
        on_loop(run, |own| {
            let (guest, client) = own.connection(b"soup")?;
            let ((_read, leave), mut asked) = (client.by_hand(), false);
            let waits = poll_fn(move |context| {
                leave(context.waker());
                if std::mem::replace(&mut asked, true) { Poll::Ready(()) } else { Poll::Pending }
            });
            spawn(&own.queue, run.task("waits first", waits));
            Ok(guest)
        })
    });
    assert!(run.unwrap_err().to_string().contains("waits first"), "nobody wakes it");
}

/// The cells of lessons 11 and 12 that hold or show their loop, and the same code in the crate.
mod lesson {
    const FUTURE: &str = include_str!("../../notebooks/11-future.ipynb");
    const SOCKETS: &str = include_str!("../../notebooks/12-event-loop.ipynb");
    const TIMER: [&str; 1] = [include_str!("../src/event_loop/timer.rs")];
    const LOOP: [&str; 2] =
        [include_str!("../src/event_loop/queue.rs"), include_str!("../src/event_loop/turn.rs")];

    /// The cells of these ids, in the order of the ids.
    fn cells(notebook: &str, ids: &[&str]) -> Vec<String> {
        let notebook: serde_json::Value = serde_json::from_str(notebook).expect("a notebook is JSON");
        let cells = notebook["cells"].as_array().expect("it has cells");
        let of_loop = ids.iter().filter_map(|id| cells.iter().find(|cell| cell["id"] == *id));
        let text = |cell: &serde_json::Value| match &cell["source"] {
            serde_json::Value::Array(lines) => lines.iter().filter_map(|line| line.as_str()).collect(),
            source => source.as_str().unwrap_or_default().to_owned(),
        };
        of_loop.map(text).collect()
    }

    /// The code that a text shows in its first block; a cell of code is all code.
    fn shown(cell: &str) -> String {
        let block = cell.split_once("```rust").and_then(|(_, rest)| rest.split("```").next());
        block.unwrap_or(cell).to_owned()
    }

    fn code_lines(text: &str) -> impl Iterator<Item = &str> {
        let code = text.lines().map(|line| line.split("//").next().unwrap_or_default().trim());
        code.filter(|line| !line.is_empty())
    }

    /// Without comments, imports, visibility and layout.
    fn bare(texts: impl Iterator<Item = String>) -> String {
        let bare = |text: String| {
            let lines = code_lines(&text).filter(|line| !line.starts_with("use "));
            lines.map(|line| line.replace("pub ", "").replace([' ', ','], "")).collect::<String>()
        };
        texts.map(bare).collect()
    }

    fn are_the_same(lesson: &[String], tested: &[&str]) {
        let (lesson, tested) =
            (bare(lesson.iter().cloned()), bare(tested.iter().map(|text| (*text).to_owned())));
        let differ = lesson.bytes().zip(tested.bytes()).position(|(one, other)| one != other);
        let at = differ.unwrap_or(lesson.len().min(tested.len())).saturating_sub(30);
        assert!(lesson == tested, "{:?}\n{:?}", lesson.get(at..at + 90), tested.get(at..at + 90));
    }

    #[test]
    fn the_timers_of_lesson_11_are_those_tested_here_word_for_word() {
        are_the_same(&cells(FUTURE, &["loop-timer"]), &TIMER);
    }

    #[test]
    fn the_loop_of_lesson_12_is_the_one_tested_here_word_for_word_in_less_than_100_lines() {
        let shown: Vec<_> =
            cells(SOCKETS, &["loop-parts", "loop-run", "on-loop"]).iter().map(|cell| shown(cell)).collect();
        are_the_same(&shown, &LOOP);
        let lines: usize = shown.iter().map(|cell| code_lines(cell).count()).sum();
        assert!(shown.len() == 3 && (40..100).contains(&lines), "{lines} lines in {} cells", shown.len());
    }
}
