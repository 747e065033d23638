//! How a process ended.

use std::fmt;

/// How a process ended; shows itself as a sentence about it: "ended with code 0", "was killed by SIGKILL".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It ended by itself; 0 means that all went well.
    Code(i32),
    /// A signal ended it: "SIGKILL", "SIGSEGV".
    Killed(String),
    /// Its closure panicked, and said this.
    Panicked(String),
    /// It was still there when the run's time was up, and was killed.
    OutOfTime,
    /// Somebody else has waited for it (`waitpid(2)`), and was told how it ended.
    Taken,
    /// It never began; the recording's error says why.
    NeverBegan,
}

impl Ending {
    /// Whether it ended by itself with code 0.
    pub fn is_success(&self) -> bool {
        *self == Self::Code(0)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(out, "ended with code {code}"),
            Self::Killed(signal) => write!(out, "was killed by {signal}"),
            Self::Panicked(says) => write!(out, "panicked: {says}"),
            Self::OutOfTime => write!(out, "was killed when the run's time was up"),
            Self::Taken => write!(out, "ended, and somebody else waited for it and knows how"),
            Self::NeverBegan => write!(out, "never began"),
        }
    }
}
