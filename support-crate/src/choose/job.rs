//! What jobs are made of: waiting for a kitchen, and arithmetic.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use crate::record::LIMIT;
use crate::task::ask;
use crate::time::{MINUTE, Time};

/// Orders dish `number` at a kitchen over a connection of its own and waits for it: `wait` long, on this thread, which
/// does nothing else meanwhile. What it gives is the number on the dish.
///
/// # Panics
/// When there is no such kitchen, it refuses, or the system gives no socket; the text says which.
pub fn fetch(kitchen: SocketAddr, number: u64, wait: Time) -> u64 {
    let minutes = wait.in_unit(MINUTE).count();
    let order = || -> io::Result<String> {
        let stream = TcpStream::connect(kitchen)?;
        leave_no_port_behind(&stream);
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        (&stream).write_all(format!("{number} {minutes}\n").as_bytes())?;
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line)?;
        Ok(line)
    };
    read(number, &order().unwrap_or_else(|error| panic!("{}", crate::task::trouble(&dish(number), &error))))
}

/// As [`fetch`], for async code: the task waits, and its thread goes on with others.
///
/// # Panics
/// As [`fetch`].
pub async fn fetch_async(kitchen: SocketAddr, number: u64, wait: Time) -> u64 {
    let answer = ask(kitchen, &number.to_string(), wait.in_unit(MINUTE).count()).await;
    read(number, &answer.unwrap_or_else(|error| panic!("{error}")))
}

fn dish(number: u64) -> String {
    format!("dish {number}")
}

fn read(number: u64, line: &str) -> u64 {
    let told = line.trim_end().strip_prefix("a dish for ").and_then(|told| told.parse().ok());
    told.unwrap_or_else(|| panic!("{}: the kitchen said {line:?}", dish(number)))
}

/// So many steps of arithmetic, each of which needs the one before: about a nanosecond or two a step. The result is another
/// for each `number` and each number of steps.
pub fn compute(number: u64, steps: u64) -> u64 {
    // Knuth's linear congruential generator (MMIX).
    (0..steps).fold(number, |state, _| {
        std::hint::black_box(
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407),
        )
    })
}

/// A guest's line to a server [under load](super::under_load), "17 4000", as two numbers: what to fetch, and how many steps
/// to compute. Zeros where it is no such line.
pub fn request(line: &str) -> (u64, u64) {
    let mut numbers = line.split_whitespace().map(|word| word.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// A reset instead of a farewell: thousands of connections would else keep their ports for a minute each.
#[cfg(unix)]
fn leave_no_port_behind(stream: &TcpStream) {
    use nix::libc;
    use std::os::fd::AsRawFd;
    let linger = libc::linger { l_onoff: 1, l_linger: 0 };
    // SAFETY: the descriptor is open, and the pointer and the size are those of a value that lives through the call.
    unsafe {
        libc::setsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&raw const linger).cast(),
            size_of::<libc::linger>() as libc::socklen_t,
        )
    };
}

#[cfg(not(unix))]
fn leave_no_port_behind(_: &TcpStream) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_two_numbers_or_zeros() {
        assert_eq!(request("17 4000"), (17, 4000));
        assert_eq!([request(""), request("x -1"), request("5")], [(0, 0), (0, 0), (5, 0)]);
    }

    #[test]
    fn arithmetic_tells_numbers_and_steps_apart() {
        assert_eq!(compute(7, 0), 7);
        assert!(compute(7, 3) != compute(8, 3) && compute(7, 3) != compute(7, 4));
    }
}
