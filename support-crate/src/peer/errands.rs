//! The job: errands, each of which fetches a dish over a socket and then computes a checksum of the answer.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::ops::RangeInclusive;

use crate::error::Error;
use crate::record::LaneWriter;
use crate::time::{MINUTE, Time};
use crate::timeline::Activity;

/// Rounds of arithmetic in one piece of the CPU part.
const ROUNDS: u64 = 1000;
/// So many guests have room in the kitchen.
const MOST: usize = 400;
/// All errands together. Compiled code does them in some seconds, and Python would take minutes.
const MOST_PIECES: usize = 4_000_000;
const MODULUS: u64 = 1_000_003;

/// How many errands there are, and how much each is. Runtimes in Rust get it as their argument, others in their environment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errands {
    /// How many, numbered from 1.
    pub count: usize,
    /// Minutes of the story that a dish takes.
    pub minutes: f64,
    /// Pieces of a thousand rounds in the CPU part of each.
    pub pieces: usize,
    pub(super) kitchen: SocketAddr,
}

impl Errands {
    /// So many errands, each a dish that takes `dish` and then `pieces` of a thousand rounds of arithmetic.
    pub fn new(count: usize, dish: Time, pieces: usize) -> Self {
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { count, minutes: dish.in_unit(MINUTE).count(), pieces, kitchen: nowhere }
    }

    /// The same errands with another CPU part.
    pub fn with_pieces(self, pieces: usize) -> Self {
        Self { pieces, ..self }
    }

    /// The errands' numbers.
    pub fn numbers(&self) -> RangeInclusive<usize> {
        1..=self.count
    }

    /// Where the kitchen is; nowhere outside of a run.
    pub fn kitchen(&self) -> SocketAddr {
        self.kitchen
    }

    /// The line that orders the dish of errand `number`.
    pub fn order(&self, number: usize) -> String {
        format!("guest{number} {}\n", self.minutes)
    }

    /// A whole errand in the lane of a thread or process: [`fetch`](Self::fetch), then [`compute`](Self::compute).
    ///
    /// # Panics
    /// As for [`fetch`](Self::fetch).
    pub fn errand(&self, lane: &LaneWriter, number: usize) -> u64 {
        self.compute(lane, &self.fetch(lane, number))
    }

    /// Orders dish `number` over a connection of its own and blocks until it is there; the answer.
    ///
    /// # Panics
    /// When the kitchen gives no answer.
    pub fn fetch(&self, lane: &LaneWriter, number: usize) -> String {
        let answer = lane.during(Activity::Waiting, "fetches", || {
            let mut kitchen = TcpStream::connect(self.kitchen)?;
            kitchen.write_all(self.order(number).as_bytes())?;
            let mut answer = String::new();
            BufReader::new(kitchen).read_line(&mut answer)?;
            std::io::Result::Ok(answer)
        });
        answer.unwrap_or_else(|error| panic!("errand {number}: the kitchen gave no answer ({error})"))
    }

    /// Like [`fetch`](Self::fetch), for an async task on Tokio: gives way until the dish is there.
    ///
    /// # Panics
    /// When the kitchen gives no answer.
    pub async fn fetched(&self, number: usize) -> String {
        let answer = crate::task::ask(self.kitchen, &format!("guest{number}"), self.minutes).await;
        answer.unwrap_or_else(|error: Error| panic!("errand {number}: {error}"))
    }

    /// The CPU part of an errand in the lane of a thread or process, which sees when it is off its core.
    pub fn compute(&self, lane: &LaneWriter, answer: &str) -> u64 {
        let mut value = beginning(answer);
        lane.in_pieces("computes", self.pieces, || value = piece(value));
        value
    }

    /// The CPU part of an errand: the checksum of an answer, the same in all languages.
    pub fn checksum(&self, answer: &str) -> u64 {
        (0..self.pieces).fold(beginning(answer), |value, _| piece(value))
    }

    /// # Errors
    /// When there are too many, or they are too large.
    pub(super) fn bounded(&self) -> Result<(), Error> {
        if self.count > MOST {
            let because = "the kitchen has no room for more guests".to_owned();
            return Err(Error::TooMany { what: "errands", limit: MOST, because });
        }
        if self.count.saturating_mul(self.pieces) > MOST_PIECES {
            let because = "they would take longer than a run may last".to_owned();
            return Err(Error::TooMany {
                what: "pieces in all errands together",
                limit: MOST_PIECES,
                because,
            });
        }
        Ok(())
    }

    /// What all errands together come to.
    pub fn sum(&self) -> u64 {
        self.numbers().map(|number| self.checksum(&format!("a dish for guest{number}"))).sum()
    }
}

fn beginning(answer: &str) -> u64 {
    answer.trim().bytes().fold(0, |value, byte| (value * 31 + u64::from(byte)) % MODULUS)
}

fn piece(value: u64) -> u64 {
    (0..ROUNDS).fold(value, |value, round| (value * 31 + round) % MODULUS)
}
