//! A server that takes its time, on this machine's loopback, with real sockets (lesson 13).
//!
//! It is a kitchen. A line `Amir 10` orders a dish that takes ten minutes of the story; then a line comes back. Many
//! connections, and on each one order after the other:
//!
//! | order | answer |
//! |---|---|
//! | `Amir 10` | after 10 minutes `a dish for Amir`, and the end of the line |
//! | `Amir 10 in pieces` | `a dish for Amir, number 47110`, half of the line after 5 minutes, the rest after 10 |
//! | `Amir 10 hang up` | after 10 minutes half of the first line, and the connection is closed |
//! | anything else | at once a line that begins with `? ` and says what was wrong |
//!
//! The number is one of chance, so that nobody knows it who has not read it; [`DelayServer::number_of`] tells it.
//!
//! A guest who closes the connection, or only its own half of it, has left: the dish is not finished.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

use super::ask::trouble;
use super::order::{Manner, Order};
use crate::error::Error;
use crate::machine::now;
use crate::record::{cut, locked};
use crate::time::MINUTE;
use crate::timeline::Lane;

/// Connections at one time.
const MOST: usize = 400;
/// Bytes of one order.
const LONGEST: u64 = 200;
/// Before accepting again where the system gave no descriptor.
const PAUSE: Duration = Duration::from_millis(10);

/// Descriptors kept for guests who have to be turned away.
const SPARES: usize = 4;
/// Orders that are kept.
const ORDERS: usize = 10_000;
/// How long a guest who is turned away may take to hear why.
const HEARING: Duration = Duration::from_millis(50);

/// The kitchen, on a thread of its own until it is dropped; made by [`delay_server`].
#[derive(Debug)]
pub struct DelayServer {
    address: SocketAddr,
    counts: Arc<Counts>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// An order that a server understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Who ordered.
    pub guest: String,
    /// How long the dish takes, in minutes of the story.
    pub minutes: f64,
    /// When it was taken, in nanoseconds of the clock that recordings have.
    pub at: u64,
    /// The number that an answer in pieces bears.
    pub number: Option<usize>,
}

/// What a server has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// Connections that were accepted.
    pub connections: usize,
    /// Orders that were understood.
    pub orders: usize,
    /// Orders that were answered in full.
    pub answered: usize,
    /// Orders whose guest had closed the connection before the dish was ready.
    pub left: usize,
    /// Lines that were no order, and connections beyond the most.
    pub refused: usize,
}

#[derive(Debug, Default)]
struct Counts {
    open: AtomicUsize,
    connections: AtomicUsize,
    orders: AtomicUsize,
    answered: AtomicUsize,
    left: AtomicUsize,
    refused: AtomicUsize,
    book: Mutex<Vec<Taken>>,
}

fn one_more(count: &AtomicUsize) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// Starts a server on 127.0.0.1, at a port that the system chooses.
///
/// # Errors
/// When the system gives no socket or no thread; inside a runtime.
pub fn delay_server() -> Result<DelayServer, Error> {
    let fault = |error| trouble("starting the delay server", &error);
    if tokio::runtime::Handle::try_current().is_ok() {
        let because = "this is inside a runtime: start it before the run, in a cell of its own".to_owned();
        return Err(Error::NotPossible { what: "starting the delay server".to_owned(), because });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(fault)?;
    let listener = runtime.block_on(async { open_door() }).map_err(fault)?;
    let address = listener.local_addr().map_err(fault)?;
    let counts = Arc::new(Counts::default());
    let (stop, stopped) = oneshot::channel();
    let shared = Arc::clone(&counts);
    let mut spares = Vec::new();
    refill(&mut spares);
    // With the runtime all its tasks are dropped, and with them their sockets.
    let serve = move || {
        runtime.block_on(async {
            tokio::select! { _ = stopped => (), () = accept(listener, spares, shared) => () }
        })
    };
    let thread = std::thread::Builder::new().name("delay server".to_owned()).spawn(serve).map_err(fault)?;
    Ok(DelayServer { address, counts, stop: Some(stop), thread: Some(thread) })
}

/// Serves at `door` in this process, until the other end of `stop` is closed; what was served up to then.
///
/// # Errors
/// When the system gives no runtime.
#[cfg(target_os = "linux")]
pub(crate) fn serve_until_closed(
    door: std::net::TcpListener,
    stop: std::os::unix::net::UnixStream,
) -> io::Result<Served> {
    door.set_nonblocking(true)?;
    stop.set_nonblocking(true)?;
    let counts = Arc::new(Counts::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (listener, mut stop) = (TcpListener::from_std(door)?, tokio::net::UnixStream::from_std(stop)?);
        let mut spares = Vec::new();
        refill(&mut spares);
        tokio::select! {
            _ = stop.read_u8() => (),
            () = accept(listener, spares, Arc::clone(&counts)) => (),
        }
        io::Result::Ok(counts.served())
    })
}

impl Counts {
    fn served(&self) -> Served {
        let count = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        Served {
            connections: count(&self.connections),
            orders: count(&self.orders),
            answered: count(&self.answered),
            left: count(&self.left),
            refused: count(&self.refused),
        }
    }
}

impl DelayServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The orders that were understood so far, in the order they came; the first ten thousand of them.
    pub fn orders(&self) -> Vec<Taken> {
        locked(&self.counts.book).clone()
    }

    /// The number in the last answer in pieces for `guest`; `None` before the first.
    pub fn number_of(&self, guest: &str) -> Option<usize> {
        self.orders().iter().rev().find(|order| order.guest == guest)?.number
    }

    /// Whether `guest` ordered a dish of so many minutes while `lane` went on.
    pub fn took_order(&self, guest: &str, minutes: impl Into<f64>, lane: &Lane) -> bool {
        let (minutes, from, to) = (minutes.into(), lane.start(), lane.end());
        let is_it = |order: &Taken| {
            let during = from <= Some(order.at) && Some(order.at) <= to;
            order.guest == guest && order.minutes == minutes && during
        };
        self.orders().iter().any(is_it)
    }

    /// What it has done so far.
    pub fn served(&self) -> Served {
        self.counts.served()
    }
}

impl Drop for DelayServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A listener at a free port, on which hundreds may knock at the same moment: with the usual queue of 128 the system would
/// drop some, and those try again after a second.
pub(crate) fn open_door() -> io::Result<TcpListener> {
    const QUEUE: u32 = 1024;
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    socket.listen(QUEUE)
}

async fn accept(listener: TcpListener, mut spares: Vec<UdpSocket>, counts: Arc<Counts>) {
    loop {
        refill(&mut spares);
        match listener.accept().await {
            Ok((stream, _)) => {
                one_more(&counts.connections);
                tokio::spawn(welcome(stream, Arc::clone(&counts)));
            }
            Err(_) => {
                turn_away(&listener, &mut spares, &counts).await;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Keeps some descriptors, to give up when there is no other.
fn refill(spares: &mut Vec<UdpSocket>) {
    while spares.len() < SPARES {
        let Ok(spare) = UdpSocket::bind(("127.0.0.1", 0)) else { return };
        spares.push(spare);
    }
}

/// Where the system gave no descriptor for the guest at the door: the guest is told, instead of waiting there for ever.
async fn turn_away(listener: &TcpListener, spares: &mut Vec<UdpSocket>, counts: &Counts) {
    // Another thread may be faster and take the one that was given up.
    while spares.pop().is_some() {
        if let Ok(Ok((stream, _))) = tokio::time::timeout(PAUSE, listener.accept()).await {
            one_more(&counts.connections);
            one_more(&counts.refused);
            let because =
                "its process may open no more files and sockets (ulimit -n), and both ends take one";
            let _ = refuse(stream, because).await;
            return;
        }
    }
}

/// A connection from beginning to end.
async fn welcome(stream: TcpStream, counts: Arc<Counts>) {
    // A guest who leaves ends the conversation, and nothing else.
    let _ = if counts.open.fetch_add(1, Ordering::Relaxed) < MOST {
        serve(stream, &counts).await
    } else {
        one_more(&counts.refused);
        refuse(stream, &format!("the server has {MOST} guests, and no room for more")).await
    };
    counts.open.fetch_sub(1, Ordering::Relaxed);
}

/// Says why, and closes the connection when the guest has heard it: bytes left unread would make it a reset, which
/// takes the answer along.
async fn refuse(mut stream: TcpStream, because: &str) -> io::Result<()> {
    stream.write_all(format!("? {because}\n").as_bytes()).await?;
    stream.shutdown().await?;
    let heard = async {
        while stream.read(&mut [0; 256]).await? > 0 {}
        io::Result::Ok(())
    };
    tokio::time::timeout(HEARING, heard).await.unwrap_or(Ok(()))
}

/// One connection, order after order, until the guest closes it.
async fn serve(stream: TcpStream, counts: &Counts) -> io::Result<()> {
    let _ = stream.set_nodelay(true);
    let (orders, mut answers) = stream.into_split();
    let mut orders = BufReader::new(orders);
    loop {
        let mut line = Vec::new();
        if (&mut orders).take(LONGEST).read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        match Order::read(&line) {
            Ok(order) => {
                if !cook(&order, &mut orders, &mut answers, counts).await? {
                    return Ok(());
                }
            }
            Err(because) => {
                one_more(&counts.refused);
                answers.write_all(format!("? {because}\n").as_bytes()).await?;
                if !line.ends_with(b"\n") {
                    return Ok(());
                }
            }
        }
    }
}

/// Whether the connection goes on.
async fn cook(
    order: &Order,
    orders: &mut BufReader<OwnedReadHalf>,
    answers: &mut OwnedWriteHalf,
    counts: &Counts,
) -> io::Result<bool> {
    let number = take(order, counts).number.map(|number| format!(", number {number}"));
    let answer = format!("a dish for {}{}\n", order.name, number.unwrap_or_default());
    let (first, rest) = answer.as_bytes().split_at(cut(&answer, answer.len() / 2).len());
    let time = Duration::from_secs_f64(order.minutes * minute());
    match order.manner {
        Manner::Whole => {
            pass(time, orders, counts).await?;
            answers.write_all(answer.as_bytes()).await?;
        }
        Manner::InPieces => {
            pass(time / 2, orders, counts).await?;
            answers.write_all(first).await?;
            pass(time - time / 2, orders, counts).await?;
            answers.write_all(rest).await?;
        }
        Manner::HangsUp => {
            pass(time, orders, counts).await?;
            answers.write_all(first).await?;
            return Ok(false);
        }
    }
    one_more(&counts.answered);
    Ok(true)
}

/// Writes the order down.
fn take(order: &Order, counts: &Counts) -> Taken {
    one_more(&counts.orders);
    let number = (order.manner == Manner::InPieces).then(number_of_chance);
    let taken = Taken { guest: order.name.clone(), minutes: order.minutes, at: now(), number };
    let mut book = locked(&counts.book);
    if book.len() < ORDERS {
        book.push(taken.clone());
    }
    taken
}

/// Five digits.
fn number_of_chance() -> usize {
    10_000 + RandomState::new().build_hasher().finish() as usize % 90_000
}

/// Lets `time` pass; an error as soon as the guest has closed the connection.
async fn pass(time: Duration, orders: &mut BufReader<OwnedReadHalf>, counts: &Counts) -> io::Result<()> {
    let ready = tokio::time::sleep(time);
    tokio::pin!(ready);
    tokio::select! {
        () = &mut ready => return Ok(()),
        // The next order may be here early; it stays in the buffer.
        more = orders.fill_buf() => if more.map_or(true, <[u8]>::is_empty) {
            one_more(&counts.left);
            return Err(io::ErrorKind::ConnectionReset.into());
        },
    }
    ready.await;
    Ok(())
}

/// Seconds of a minute of the story.
fn minute() -> f64 {
    MINUTE.unit().length.as_secs_f64()
}
