//! How late a heartbeat was, read off its polls (lesson 13).

use crate::error::Error;
use crate::timeline::{Time, Timeline};

impl Timeline {
    /// How late each beat of the task called `name` came, in milliseconds, where it sleeps for `every` between two
    /// polls: from the end of a poll until the next, less `every`.
    ///
    /// A timer of Tokio's counts in whole milliseconds, so on a quiet loop a beat is late by up to 1 ms or a little
    /// more; never by less than 0.
    ///
    /// # Errors
    /// When there is no such lane, or `every` is negative or no number.
    pub fn lateness(&self, name: &str, every: Time) -> Result<Vec<f64>, Error> {
        let polls = self.polls(name)?;
        let Some(due) = every.as_duration() else {
            let because = "a heartbeat needs a time of zero or more".to_owned();
            return Err(Error::BadTime { lane: name.to_owned(), asked: every, because });
        };
        let due = due.as_nanos() as u64;
        let late = |gap: u64| gap.saturating_sub(due) as f64 / 1e6;
        Ok(polls.windows(2).map(|two| late(two[1].start - two[0].end)).collect())
    }
}
