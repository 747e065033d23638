//! A server of the learner's under load: its process and its guests' process.
//!
//! A machine that hiccups makes a good server look bad for once; a bad server is bad each time. So a load with late answers
//! is tried again, and the best of three tries is kept.

use std::cell::Cell;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::compute;
use super::guests::{self, Report, plan};
use super::loaded::Load;
use crate::error::Error;
use crate::machine::Machine;
use crate::process::{Child, Ending, Shared};
use crate::record::record;
use crate::task::{open_door, trouble};
use crate::time::{MILLISECOND, SECOND, Time};

/// Connections.
const GUESTS: usize = 200;
/// Guests with heavy requests for each core, and no more than so many of all.
const HEAVY: f64 = 4.0;
const MOST_HEAVY: usize = 64;
/// CPU time of a heavy request.
const WORK: Duration = Duration::from_millis(100);
/// Tries, while the tail is longer than this.
const TRIES: usize = 3;
const TAIL: f64 = 5.0;
/// A load that goes on for longer is ended.
const LIMIT: Duration = Duration::from_secs(18);
/// No further try begins after this.
const BUDGET: Duration = Duration::from_secs(12);

/// Lets `serve` serve 200 guests, in a process of its own; the kitchen and the guests are another process. `serve` gets the
/// door, on which the guests knock, and the kitchen's address. It need not come back: its process is ended.
///
/// A guest keeps one connection and sends line after line, "17 4000": a number and a count of steps. For each, the server
/// fetches the dish of that number, which takes 40 ms, computes so many steps from it, and sends the result as a line.
///
/// # Errors
/// When this process cannot be forked, or the system gives no socket. What the server does wrong is told in the result.
pub fn under_load<End>(serve: impl Fn(TcpListener, SocketAddr) -> End) -> Result<Load, Error> {
    best_of_tries(&|door, kitchen| _ = serve(door, kitchen))
}

/// A server whose type is forgotten. What follows is then compiled once, with this crate, and not in every cell.
type Serve<'a> = &'a dyn Fn(TcpListener, SocketAddr);

fn best_of_tries(serve: Serve) -> Result<Load, Error> {
    let steps = heavy_steps();
    let begun = Instant::now();
    let mut best = one_try(serve, steps)?;
    for _ in 1..TRIES {
        if !best.is_right() || best.tail() <= TAIL || begun.elapsed() > BUDGET {
            break;
        }
        let next = one_try(serve, steps)?;
        if !next.is_right() || next.tail() < best.tail() {
            best = next;
        }
    }
    Ok(best)
}

/// Steps of arithmetic that take [`WORK`] here; looked at several times, because a machine may be slow for a moment.
fn heavy_steps() -> u64 {
    const SOME: u64 = 500_000;
    let once = |look: u32| {
        if look.is_multiple_of(6) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let begun = Instant::now();
        std::hint::black_box(compute(1, SOME));
        begun.elapsed()
    };
    let quickest = (0..36).map(once).min().unwrap_or(WORK).max(Duration::from_micros(50));
    (SOME as f64 * WORK.as_secs_f64() / quickest.as_secs_f64()) as u64
}

/// As many as keep each core busy for a while; fewer where a CPU quota allows less than a core.
fn heavy_guests(guests: usize) -> usize {
    let machine = Machine::here();
    let cores = machine.quota.unwrap_or(f64::MAX).min(machine.cores.len() as f64);
    ((HEAVY * cores).round() as usize).clamp(2, MOST_HEAVY).min(guests.div_ceil(3))
}

/// A door on which many may knock at the same moment, for code that blocks as for code that does not.
fn shop_door() -> Result<TcpListener, Error> {
    let open = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let _inside = runtime.enter();
        let door = open_door()?.into_std()?;
        door.set_nonblocking(false)?;
        Ok(door)
    };
    open().map_err(|error| trouble("opening the server's door", &error))
}

fn one_try(serve: Serve, steps: u64) -> Result<Load, Error> {
    let (guests, fewer) = super::room_for(GUESTS, 2);
    let plan = plan(guests, heavy_guests(guests));
    let report = Report {
        requests: Shared::new()?,
        kitchen: Shared::new()?,
        port: Shared::new()?,
        told: Shared::new()?,
    };
    let door = shop_door()?;
    let address = door.local_addr().map_err(|error| trouble("the server's door", &error))?;
    let door = Cell::new(Some(door));
    let (mut server_ended, mut guests_ended) = (None, None);
    record("a server under load").within(Time::from(crate::record::LIMIT)).processes(|run| {
        let server = run.fork("server", |_| {
            if let Some(door) = door.take() {
                begin(&report);
                serve(door, kitchen(&report));
            }
        });
        let visitors = run.fork("guests", |_| {
            super::raise_descriptors();
            end_when_asked();
            // Only the server may hold it: it is shut when the server is gone.
            drop(door.take());
            guests::visit(address, &plan, steps, &report);
        });
        drop(door.take());
        (server_ended, guests_ended) = watch(&server, &visitors, &report);
        for child in [server, visitors] {
            child.terminate();
            if child.wait_within(5 * SECOND).is_none() {
                child.kill();
            }
        }
    })?;
    let mut load = Load::read(guests, &plan, &report);
    load.notes.extend(fewer);
    if let Some(ending) = guests_ended {
        load.troubles.insert(0, format!("the guests' process {ending}"));
    }
    if let Some(ending) = server_ended {
        let says = match ending {
            Ending::Code(0) => "serve came back while there were guests".to_owned(),
            ending => format!("the server {ending}"),
        };
        load.troubles.insert(0, says);
    }
    Ok(load)
}

/// The server's process makes itself ready: many descriptors, panics of its threads told, and an end when it is asked to.
fn begin(report: &Report) {
    super::raise_descriptors();
    let first = std::sync::Once::new();
    std::panic::set_hook(Box::new(move |panic| first.call_once(|| println!("a thread {panic}"))));
    end_when_asked();
    let begun = Instant::now();
    while report.port.load(Ordering::Acquire) == 0 && begun.elapsed() < guests::PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// SIGTERM ends this process as if all were well.
fn end_when_asked() {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::signal::{SigHandler, Signal, signal};
        extern "C" fn leave(_: i32) {
            crate::process::exit(0);
        }
        // SAFETY: the handler makes one call, which is allowed in one.
        let _ = unsafe { signal(Signal::SIGTERM, SigHandler::Handler(leave)) };
    }
}

fn kitchen(report: &Report) -> SocketAddr {
    (std::net::Ipv4Addr::LOCALHOST, report.port.load(Ordering::Acquire)).into()
}

/// Until the guests have told all; whether one of the two ended before that, and how.
fn watch(server: &Child, guests: &Child, report: &Report) -> (Option<Ending>, Option<Ending>) {
    let begun = Instant::now();
    let mut server_ended = None;
    while report.told.load(Ordering::Acquire) == 0 {
        server_ended = server_ended.or_else(|| server.ending());
        if let Some(ending) = guests.wait_within(2 * MILLISECOND) {
            return (server_ended, Some(ending));
        }
        if begun.elapsed() > LIMIT {
            return (server_ended, Some(Ending::OutOfTime));
        }
    }
    (server_ended, None)
}
