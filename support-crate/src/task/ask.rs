//! A guest of the [delay server](super::delay_server): one connection, one order, one answer; and what can go wrong
//! with a socket, said so that a learner knows what to do (lesson 13).

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::pace::checked;
use crate::error::Error;
use crate::record::LIMIT;
use crate::time::MINUTE;

/// Bytes of an answer.
const LONGEST: u64 = 1000;

/// Orders a dish for `name` that takes `minutes` of the story, over a connection of its own, and waits for the answer:
/// `a dish for Amir`. Nothing happens until it is awaited; dropped before that, it closes the connection.
///
/// # Errors
/// When there is no such server, the system gives no socket or no port, the server closes the connection in the
/// middle of its answer or refuses the order, or the answer is not there after 20 s. Each names `name`.
pub async fn ask(server: SocketAddr, name: &str, minutes: impl Into<f64>) -> Result<String, Error> {
    let what = format!("a dish for \"{name}\"");
    let minutes = minutes.into();
    if checked(name, minutes * MINUTE).is_none() {
        let because = "a time must be zero or more, and a number".to_owned();
        return Err(Error::BadTime { lane: name.to_owned(), asked: minutes * MINUTE, because });
    }
    if name.is_empty() || name.contains(char::is_whitespace) {
        let because = "in an order the name is one word, because the server reads word by word".to_owned();
        return Err(Error::Connection { what, because });
    }
    let answer = tokio::time::timeout(LIMIT, order(server, format!("{name} {minutes}\n"))).await;
    let because = match answer {
        Ok(Ok(line)) => match (line.strip_suffix('\n'), line.strip_prefix("? ")) {
            (Some(answer), None) => return Ok(answer.to_owned()),
            (_, Some(refused)) => format!("the server refused: {}", refused.trim_end()),
            (None, None) if line.is_empty() => {
                "the server closed the connection without an answer".to_owned()
            }
            (None, None) => {
                format!("the server closed the connection in the middle of its answer, after \"{line}\"")
            }
        },
        Ok(Err(error)) => return Err(trouble(&what, &error)),
        Err(_) => format!("no answer after {} s", LIMIT.as_secs()),
    };
    Err(Error::Connection { what, because })
}

/// Sends a line; what comes back until the end of the line or of the connection.
async fn order(server: SocketAddr, line: String) -> io::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    stream.write_all(line.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut stream = stream.take(LONGEST);
    while !answer.ends_with(b"\n") && stream.read_buf(&mut answer).await? > 0 {}
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// An error of the system about a socket, in words.
pub(crate) fn trouble(what: &str, error: &io::Error) -> Error {
    let because = match error.kind() {
        ErrorKind::ConnectionRefused => "nobody listens there; was the server dropped?".to_owned(),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
            format!("the other side closed the connection ({error})")
        }
        ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse => format!(
            "this machine has no free port left for one more connection ({error}); a port stays taken for up to a \
             minute after its connection was closed, so ask for fewer, or wait"
        ),
        _ if is_out_of_descriptors(error) => format!(
            "this process may open no more files and sockets ({error}); each end of a connection is one: ask for \
             fewer, or raise the limit (ulimit -n)"
        ),
        _ => error.to_string(),
    };
    Error::Connection { what: what.to_owned(), because }
}

#[cfg(unix)]
fn is_out_of_descriptors(error: &io::Error) -> bool {
    use nix::errno::Errno;
    [Errno::EMFILE, Errno::ENFILE].map(|errno| Some(errno as i32)).contains(&error.raw_os_error())
}

#[cfg(not(unix))]
fn is_out_of_descriptors(_: &io::Error) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use nix::errno::Errno;

    #[test]
    fn running_out_of_ports_and_of_descriptors_are_told_apart_in_words() {
        let says = |errno: Errno| trouble("a dish for \"Amir\"", &io::Error::from(errno)).to_string();
        assert!(says(Errno::EADDRNOTAVAIL).contains("no free port"));
        assert!(says(Errno::EMFILE).contains("ulimit -n") && says(Errno::ENFILE).contains("ulimit -n"));
        assert!(says(Errno::ECONNRESET).contains("closed the connection"));
        assert!(says(Errno::ECONNREFUSED).starts_with("a dish for \"Amir\": nobody listens"));
    }
}
