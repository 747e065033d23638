//! Open connections that wait for an answer: real sockets, a task for each, on a runtime with one thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::far_end::{ANSWER, FarEnd, GREETING, Report};
use super::meter::{Measured, Meter};
use super::room::{Descriptors, fit, of_ports, of_small_things};
use super::tasks::{Present, on_a_loop};
use super::{Crowd, Heads};
use crate::error::Error;
use crate::task::ask::trouble;

/// Memory of one connection, in kilobytes: its task, and what the kernel keeps for both ends.
const CONNECTION_KB: usize = 16;
/// Connections being opened at one time; the kernel keeps a hundred and more waiting to be accepted.
const AT_A_TIME: usize = 64;

/// `count` tasks on one thread, each with an open connection over loopback on which it waits for an answer; all are
/// open and waiting at the same time, then each is answered and closes. Fewer where descriptors or ports do not suffice.
///
/// The limit of open files is raised for the time being, as far as the system lets everybody, and put back.
///
/// # Errors
/// For no connections at all, when one of them breaks, or when they are not done within 20 s.
pub fn connections(count: usize) -> Result<Crowd, Error> {
    let what = "connections that wait";
    let descriptors = Descriptors::for_connections(count);
    let far_end = FarEnd::open().map_err(|error| trouble(what, &error))?;
    let room = descriptors.limit(if far_end.apart { 1 } else { 2 });
    let (opened, notes) = fit("connections", count, &room.or(of_ports()).or(of_small_things(CONNECTION_KB)))?;
    let heads = Arc::new(Heads::default());
    let shared = Arc::clone(&heads);
    let (measured, report) = on_a_loop(what, || wait_for_answers(opened, shared, far_end))?;
    // Both ends have counted.
    let crowd = Crowd::gone("connections", (count, opened), &heads, measured, notes);
    let (answered, closed) = (crowd.answered.min(report.answered), crowd.closed.min(report.closed));
    Ok(Crowd { answered, closed, ..crowd })
}

async fn wait_for_answers(
    count: usize,
    heads: Arc<Heads>,
    far_end: FarEnd,
) -> Result<(Measured, Report), Error> {
    let mut meter = Meter::start();
    let door = Arc::new(Semaphore::new(AT_A_TIME));
    let mut guests = JoinSet::new();
    for _ in 0..count {
        guests.spawn(be_a_guest(far_end.address, Arc::clone(&door), Arc::clone(&heads)));
    }
    // Whoever fails ends early, before all wait.
    let first = tokio::select! {
        biased;
        Some(ended) = guests.join_next() => Some(ended),
        () = until_waiting(&heads, count) => None,
    };
    if let Some(ended) = first {
        let error =
            ended.map_or_else(io::Error::other, |ended| ended.err().unwrap_or(io::ErrorKind::Other.into()));
        return Err(trouble(&format!("connection {} of {count}", heads.waiting() + 1), &error));
    }
    meter.all_wait();
    far_end.answer();
    let mut broken = None;
    while let Some(ended) = guests.join_next().await {
        broken = broken.or(ended.ok().and_then(Result::err));
    }
    if let Some(error) = broken {
        return Err(trouble("an answer", &error));
    }
    let report = far_end.close();
    Ok((meter.all_gone(report.switches), report))
}

/// Looks now and then, and leaves the core to the sockets in between.
async fn until_waiting(heads: &Heads, count: usize) {
    while heads.waiting() < count {
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
}

/// One connection from beginning to end.
async fn be_a_guest(far_end: SocketAddr, door: Arc<Semaphore>, heads: Arc<Heads>) -> io::Result<()> {
    let present = Present(heads);
    let mut stream = {
        let _turn = door.acquire().await.map_err(io::Error::other)?;
        let mut stream = TcpStream::connect(far_end).await?;
        // A reset instead of a farewell, so that no port stays taken for a minute.
        stream.set_zero_linger()?;
        expect(&mut stream, GREETING).await?;
        stream
    };
    present.0.waits();
    expect(&mut stream, ANSWER).await?;
    present.0.is_answered();
    drop(stream);
    drop(present);
    Ok(())
}

async fn expect(stream: &mut TcpStream, line: &[u8]) -> io::Result<()> {
    let mut bytes = [0; 12];
    let bytes = &mut bytes[..line.len()];
    stream.read_exact(bytes).await?;
    if bytes == line { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}
