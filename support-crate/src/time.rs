//! Durations as the course says them: real ones, and the story's, in which the waiter's minute lasts 10 ms.
//!
//! [`Time`] is the one type for durations: what a cell says (`10 * MINUTE`) and what it gets back (`run.length()`).

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Div, Mul, Sub};
use std::time::Duration;

/// A unit that durations are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// In full, one of them: "minute".
    pub name: &'static str,
    /// After a number: "min".
    pub symbol: &'static str,
    /// How long one of them really lasts.
    pub length: Duration,
    /// Whether it is the story's and lasts less than its name says.
    pub story: bool,
}

impl Unit {
    /// `nanoseconds` counted in this unit.
    pub fn count(&self, nanoseconds: u64) -> f64 {
        nanoseconds as f64 / self.length.as_nanos() as f64
    }

    /// What an axis in this unit is called: "milliseconds", or "minutes of the story (1 minute = 10 ms)".
    pub fn axis(&self) -> String {
        if self.story {
            format!("{0}s of the story (1 {0} = {1} ms)", self.name, self.length.as_millis())
        } else {
            format!("{}s", self.name)
        }
    }

    /// `nanoseconds` written in this unit with three significant digits at least: "12.4 ms".
    pub fn write(&self, nanoseconds: u64) -> String {
        Time { count: self.count(nanoseconds), unit: *self }.to_string()
    }
}

/// A duration in a unit, as a learner writes it: `10 * MINUTE`, `2.5 * MILLISECOND`.
///
/// Two of them compare, add and divide by how long they really are, whatever unit each is written in; a sum keeps the
/// unit of its left side. It may be negative or absurd: whoever waits for it says so (see
/// [`as_duration`](Self::as_duration)).
///
/// ```
/// use timelanes::prelude::*;
/// assert!(1 * SECOND > 5 * MINUTE); // the story's: 100 ms and 50 ms
/// let visit: Time = 4 * MINUTE + 20 * MILLISECOND;
/// assert_eq!(visit.count(), 6.0);
/// assert_eq!(3 * MINUTE / (2 * MINUTE), 1.5);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Time {
    count: f64,
    unit: Unit,
}

/// A minute of the story: 10 ms.
pub const MINUTE: Time = Time {
    count: 1.0,
    unit: Unit { name: "minute", symbol: "min", length: Duration::from_millis(10), story: true },
};

/// A second of the story: 100 ms.
pub const SECOND: Time = Time {
    count: 1.0,
    unit: Unit { name: "second", symbol: "s", length: Duration::from_millis(100), story: true },
};

/// A real millisecond.
pub const MILLISECOND: Time = Time {
    count: 1.0,
    unit: Unit { name: "millisecond", symbol: "ms", length: Duration::from_millis(1), story: false },
};

/// A real microsecond.
pub const MICROSECOND: Time = Time {
    count: 1.0,
    unit: Unit { name: "microsecond", symbol: "µs", length: Duration::from_micros(1), story: false },
};

impl Time {
    /// No time at all.
    pub const ZERO: Self = Self { count: 0.0, unit: MILLISECOND.unit };

    /// `count` of a unit.
    pub const fn new(count: f64, unit: Unit) -> Self {
        Self { count, unit }
    }

    /// So many nanoseconds, written in `unit`.
    pub fn of_nanos(nanoseconds: u64, unit: Unit) -> Self {
        Self { count: unit.count(nanoseconds), unit }
    }

    /// How many of its unit: a plain number.
    pub fn count(self) -> f64 {
        self.count
    }

    /// The unit it is written in.
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// As long as before, written in the unit of `other`: `time.in_unit(MILLISECOND)`.
    pub fn in_unit(self, other: Time) -> Self {
        Self { count: self.nanos() / Self { count: 1.0, ..other }.nanos(), unit: other.unit }
    }

    /// How long that really is, or `None` when it is negative, not a number, or beyond what a clock can count.
    pub fn as_duration(self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.count * self.unit.length.as_secs_f64()).ok()
    }

    /// Nanoseconds, which may be negative or no number.
    fn nanos(self) -> f64 {
        self.count * self.unit.length.as_nanos() as f64
    }
}

impl From<Duration> for Time {
    fn from(duration: Duration) -> Self {
        duration.as_secs_f64() * 1e3 * MILLISECOND
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    /// By how long they are, so that a policy can ask for the shortest: `ready.iter().min_by_key(|job| job.work)`. What is
    /// no number is longer than everything.
    fn cmp(&self, other: &Self) -> Ordering {
        // Both zeros are the same.
        (self.nanos() + 0.0).total_cmp(&(other.nanos() + 0.0))
    }
}

impl Add for Time {
    type Output = Time;

    fn add(self, other: Time) -> Time {
        Time { count: self.count + other.in_unit(self).count, unit: self.unit }
    }
}

impl Sub for Time {
    type Output = Time;

    fn sub(self, other: Time) -> Time {
        Time { count: self.count - other.in_unit(self).count, unit: self.unit }
    }
}

impl Sum for Time {
    /// The sum in the unit of the first; 0 ms of nothing.
    fn sum<I: Iterator<Item = Time>>(times: I) -> Time {
        times.reduce(|sum, time| sum + time).unwrap_or(Time::ZERO)
    }
}

impl Div for Time {
    type Output = f64;

    fn div(self, other: Time) -> f64 {
        self.nanos() / other.nanos()
    }
}

impl Div<f64> for Time {
    type Output = Time;

    fn div(self, parts: f64) -> Time {
        Time { count: self.count / parts, unit: self.unit }
    }
}

impl fmt::Display for Time {
    /// Three significant digits at least, or as many decimals as are asked for: `{time:.1}`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.count.abs();
        let decimals = out.precision().unwrap_or(match size {
            _ if size >= 99.95 || size == 0.0 => 0,
            _ if size >= 9.995 => 1,
            _ if size >= 0.9995 => 2,
            _ => 3,
        });
        write!(out, "{:.decimals$} {}", self.count, self.unit.symbol)
    }
}

macro_rules! times {
    ($($number:ty),*) => { $(
        impl Mul<Time> for $number {
            type Output = Time;
            fn mul(self, unit: Time) -> Time {
                Time { count: self as f64 * unit.count, unit: unit.unit }
            }
        }
    )* };
}
times!(i32, i64, u32, u64, usize, f64);

/// A plain number as figures take it: any number, or a [`Time`] counted in its own unit.
pub trait Plain: Copy {
    /// The number.
    fn plain(self) -> f64;

    /// The number as it is counted in the unit `symbol`, for a time and a unit of time: "min", "s" or "ms".
    fn plain_in(self, _symbol: &str) -> f64 {
        self.plain()
    }
}

impl Plain for Time {
    fn plain(self) -> f64 {
        self.count
    }

    fn plain_in(self, symbol: &str) -> f64 {
        let unit = [MINUTE, SECOND, MILLISECOND].into_iter().find(|unit| unit.unit.symbol == symbol);
        unit.map_or(self, |unit| self.in_unit(unit)).count
    }
}

macro_rules! plain {
    ($($number:ty),*) => { $(
        impl Plain for $number {
            fn plain(self) -> f64 {
                self as f64
            }
        }
    )* };
}
plain!(i32, i64, u32, u64, usize, f64);
