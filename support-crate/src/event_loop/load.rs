//! The same clients against several servers, in turns, on this machine's loopback.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::Error;

/// A server of this comparison: accepts so many connections, sends back whatever comes, and returns once all of them
/// are closed.
pub type Server = fn(TcpListener, usize);

/// Rounds for each server; the first warms up and does not count.
const ROUNDS: usize = 6;
/// Bytes of a request.
const SIZE: usize = 32;
/// How long a client waits for an answer, and the run for a server that should be done.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that leave other users of the machine enough ports and descriptors.
const MOST: usize = 400;

/// Requests a second that each of `servers` answers, the median of several rounds in which they take turns: `connections`
/// clients send one request each, wait for all answers, and do so `requests` times.
///
/// # Errors
/// More connections than are reasonable; a server that does not answer, or not with what it was sent; no port left.
pub fn serve_in_turns(
    connections: usize,
    requests: usize,
    servers: &[(&str, Server)],
) -> Result<Vec<(String, f64)>, Error> {
    if connections > MOST {
        let because = "others on this machine need ports and file descriptors too".to_owned();
        return Err(Error::TooMany { what: "connections", limit: MOST, because });
    }
    if connections == 0 || requests == 0 {
        let because = "there is nothing to measure without a client and a request".to_owned();
        return Err(Error::NotPossible { what: "a comparison of servers".to_owned(), because });
    }
    let mut rates = vec![Vec::new(); servers.len()];
    for round in 0..ROUNDS {
        for (rates, (name, server)) in rates.iter_mut().zip(servers) {
            let rate = one_round(name, *server, connections, requests)?;
            rates.extend((round > 0).then_some(rate));
        }
    }
    let median = |mut rates: Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    Ok(servers.iter().zip(rates).map(|((name, _), rates)| ((*name).to_owned(), median(rates))).collect())
}

/// [`serve_in_turns`] with two servers: this one, and Tokio's, which does the same on one thread.
///
/// # Errors
/// As for [`serve_in_turns`].
pub fn beside_tokio(
    connections: usize,
    requests: usize,
    own_loop: Server,
) -> Result<Vec<(String, f64)>, Error> {
    serve_in_turns(connections, requests, &[("own loop", own_loop), ("Tokio", on_tokio)])
}

/// Echoes on Tokio's runtime for one thread.
fn on_tokio(listener: TcpListener, connections: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let serves = async {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..connections {
            tasks.spawn(echo(listener.accept().await?.0));
        }
        while tasks.join_next().await.is_some() {}
        io::Result::Ok(())
    };
    // What goes wrong here the clients see, and say.
    let _ = runtime.and_then(|runtime| runtime.block_on(serves));
}

async fn echo(mut client: tokio::net::TcpStream) {
    let mut bytes = [0; SIZE];
    while let Ok(count @ 1..) = client.read(&mut bytes).await {
        if client.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

fn one_round(name: &str, server: Server, connections: usize, requests: usize) -> Result<f64, Error> {
    let failed = |error: io::Error| explain(name, &error);
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (done, is_done) = channel();
    let thread = std::thread::spawn(move || {
        server(listener, connections);
        let _ = done.send(());
    });
    let rate = load(address, connections, requests).map_err(failed);
    // Its clients are gone, so it ends; one that does not is left behind with a clear message.
    if is_done.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
        return rate.and(Err(explain(name, &io::ErrorKind::TimedOut.into())));
    }
    let panicked = |_| explain(name, &io::Error::other("the server panicked"));
    thread.join().map_err(panicked)?;
    rate
}

/// Requests a second.
fn load(address: SocketAddr, connections: usize, requests: usize) -> io::Result<f64> {
    let connect = |_| {
        let client = TcpStream::connect_timeout(&address, PATIENCE)?;
        client.set_nodelay(true)?;
        client.set_read_timeout(Some(PATIENCE))?;
        Ok(client)
    };
    let mut clients = (0..connections).map(connect).collect::<io::Result<Vec<_>>>()?;
    let begins = Instant::now();
    for request in 0..requests {
        let sent = [request as u8; SIZE];
        for client in &mut clients {
            client.write_all(&sent)?;
        }
        for client in &mut clients {
            let mut answer = [0; SIZE];
            client.read_exact(&mut answer)?;
            if answer != sent {
                return Err(io::Error::other("the answer is not what was sent"));
            }
        }
    }
    Ok((connections * requests) as f64 / begins.elapsed().as_secs_f64())
}

/// What a learner can do about a failing connection.
fn explain(server: &str, error: &io::Error) -> Error {
    let because = match error.kind() {
        io::ErrorKind::AddrNotAvailable => {
            "no port is free; those just closed come back after a minute".into()
        }
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            format!("nothing came for {} s: is a wake lost, or a task stuck?", PATIENCE.as_secs())
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the server closed a connection before it had answered".into()
        }
        _ => error.to_string(),
    };
    Error::Connection { what: format!("serving all clients with {server}"), because }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_free_port_the_learner_is_told_to_wait() {
        let says = explain("own", &io::ErrorKind::AddrNotAvailable.into()).to_string();
        assert!(says.contains("no port is free") && says.contains("own"), "{says}");
    }
}
