//! How late a heartbeat was, read off its polls (lesson 14).

use super::Timeline;
use crate::error::Error;
use crate::time::Time;

impl Timeline {
    /// How late each beat of the task called `name` came, where it sleeps for `every` between two polls: from the end
    /// of a poll until the next, less `every`; in the unit of the timeline.
    ///
    /// A timer of Tokio's counts in whole milliseconds, so on a quiet loop a beat is late by up to 1 ms or a little
    /// more; never by less than 0.
    ///
    /// # Errors
    /// When there is no such lane, or `every` is negative or no number.
    pub fn lateness(&self, name: &str, every: Time) -> Result<Vec<Time>, Error> {
        let polls = self.polls(name)?;
        let Some(due) = every.as_duration() else {
            let because = "a heartbeat needs a time of zero or more".to_owned();
            return Err(Error::BadTime { lane: name.to_owned(), asked: every, because });
        };
        let due = due.as_nanos() as u64;
        let late = |two: &[super::Poll]| (two[1].start - two[0].end).saturating_sub(due);
        Ok(polls.windows(2).map(|two| self.time(late(two))).collect())
    }

    /// How late the latest beat came; 0 of a heartbeat that never beat. See [`lateness`](Self::lateness).
    ///
    /// # Errors
    /// As for [`lateness`](Self::lateness).
    pub fn latest(&self, name: &str, every: Time) -> Result<Time, Error> {
        Ok(self.lateness(name, every)?.into_iter().fold(self.time(0), Time::max))
    }
}
