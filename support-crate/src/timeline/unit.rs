//! Units of time: the real ones, and the story's, in which the waiter's minute lasts 10 ms.

use std::fmt;
use std::ops::Mul;
use std::time::Duration;

/// A unit that durations are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// In full, one of them: "minute".
    pub name: &'static str,
    /// Behind a number: "min".
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
/// It may be negative or absurd: whoever waits for it says so (see [`as_duration`](Self::as_duration)).
#[derive(Debug, Clone, Copy, PartialEq)]
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

impl Time {
    /// `count` of a unit.
    pub const fn new(count: f64, unit: Unit) -> Self {
        Self { count, unit }
    }

    /// How many of its unit.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// The unit it is written in.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// How long that really is, or `None` when it is negative, not a number, or beyond what a clock can count.
    pub fn as_duration(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.count * self.unit.length.as_secs_f64()).ok()
    }
}

impl From<Duration> for Time {
    fn from(duration: Duration) -> Self {
        duration.as_secs_f64() * 1e3 * MILLISECOND
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.count.abs();
        let decimals = match size {
            _ if size >= 99.95 || size == 0.0 => 0,
            _ if size >= 9.995 => 1,
            _ if size >= 0.9995 => 2,
            _ => 3,
        };
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
