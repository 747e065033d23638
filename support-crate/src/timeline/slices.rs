//! Time slices: how long a thread kept the core each time, what part of it each had, how long each was in the run
//! queue. For recordings of threads on [one core](crate::record::Recording::on_core), which write down each time that
//! they were off it. Used by lesson 05.

use super::{Activity, Lane, LaneKind, Span, Timeline};
use crate::error::Error;
use crate::time::{MILLISECOND, Time};

/// An absence shorter than this is a visit (a worker of the kernel takes 4 to 11 µs) and does not end a time slice.
const VISIT: u64 = 100_000;

impl Timeline {
    /// The time slices of all threads.
    pub fn slices(&self) -> Vec<Time> {
        self.of_threads().flat_map(Lane::slices).collect()
    }

    /// The median time slice of all threads; not a number where there is none.
    pub fn median_slice(&self) -> Time {
        median(self.slices())
    }

    /// The longest time that a thread was in the run queue at a stretch; 0 where none was.
    pub fn longest_queueing(&self) -> Time {
        self.of_threads().map(Lane::longest_queueing).fold(self.time(0), Time::max)
    }

    /// How often all threads together left their core, by the kernel's count.
    pub fn switches(&self) -> u64 {
        self.of_threads().filter_map(|lane| lane.switches).map(|switches| switches.all()).sum()
    }

    /// The part of what the threads together had of the cores that `name` had, in percent, for as long as all of them
    /// were there.
    ///
    /// # Errors
    /// When there is no such thread.
    pub fn share(&self, name: &str) -> Result<f64, Error> {
        self.lane(name)?;
        Ok(self.shares().into_iter().find(|(other, _)| other == name).map_or(0.0, |(_, share)| share))
    }

    /// [`share`](Self::share) of every thread, with its name.
    pub fn shares(&self) -> Vec<(String, f64)> {
        let all_there = self.all_there();
        let had = |lane: &Lane| (lane.name.clone(), within(lane, Activity::Running, all_there) as f64);
        let had: Vec<_> = self.of_threads().map(had).collect();
        let all = had.iter().map(|(_, had)| had).sum::<f64>().max(1.0);
        had.into_iter().map(|(name, had)| (name, had / all * 100.0)).collect()
    }

    /// How long `name` was in the run queue, for as long as all threads were there.
    ///
    /// # Errors
    /// When there is no such thread.
    pub fn queued_among_all(&self, name: &str) -> Result<Time, Error> {
        Ok(self.time(within(self.lane(name)?, Activity::Ready, self.all_there())))
    }

    fn of_threads(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(|lane| lane.kind == LaneKind::Thread)
    }

    /// From when the last thread was there to when the first was done.
    fn all_there(&self) -> (u64, u64) {
        let begun = self.of_threads().filter_map(Lane::start).max().unwrap_or(0);
        (begun, self.of_threads().filter_map(Lane::end).min().unwrap_or(begun))
    }
}

impl Lane {
    /// How long the core was kept each time until it was taken away; for a lane that lost it to nobody, each time until
    /// it gave the core up or was done.
    pub fn slices(&self) -> Vec<Time> {
        let (mut taken, mut given, mut had) = (Vec::new(), Vec::new(), 0);
        for span in self.spans() {
            match span.activity {
                Activity::Running => had += span.length(),
                Activity::Ready if span.length() < VISIT => {}
                _ if had == 0 => {}
                Activity::Ready => taken.push(std::mem::take(&mut had)),
                _ => given.push(std::mem::take(&mut had)),
            }
        }
        if had > 0 {
            given.push(had);
        }
        let slices = if taken.is_empty() { given } else { taken };
        slices.into_iter().map(|slice| self.time(slice)).collect()
    }

    /// The median of its time slices; not a number where there is none.
    pub fn median_slice(&self) -> Time {
        median(self.slices())
    }

    /// How long it was in the run queue each time, visits of the kernel's workers included.
    pub fn queueings(&self) -> Vec<Time> {
        let ready = self.spans().iter().filter(|span| span.activity == Activity::Ready);
        ready.map(|span| self.time(span.length())).collect()
    }

    /// The longest of them; 0 where there is none.
    pub fn longest_queueing(&self) -> Time {
        self.queueings().into_iter().fold(self.time(0), Time::max)
    }
}

/// Nanoseconds spent on `activity` between two moments.
fn within(lane: &Lane, activity: Activity, (from, to): (u64, u64)) -> u64 {
    let pieces = lane.spans().iter().filter(|span: &&Span| span.activity == activity);
    pieces.map(|span| span.end.min(to).saturating_sub(span.start.max(from))).sum()
}

/// The middle one; not a number where there is none.
fn median(times: Vec<Time>) -> Time {
    middle(times).unwrap_or(f64::NAN * MILLISECOND)
}

/// The middle one, of two the longer.
pub(crate) fn middle<T: Ord + Copy>(mut times: Vec<T>) -> Option<T> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Activity::{Ready, Running, Waiting};

    fn slices(pieces: &[(u64, Activity)]) -> Vec<f64> {
        let mut lane = Lane::new("ada");
        let mut at = 0;
        for (length, activity) in pieces {
            lane = lane.with_span(at..at + length, *activity, "x").unwrap();
            at += length;
        }
        lane.slices().into_iter().map(Time::count).collect()
    }

    #[test]
    fn a_visit_of_a_worker_does_not_end_a_slice_and_the_last_piece_is_none() {
        let ms = 1_000_000;
        let pieces = [(3 * ms, Running), (8_000, Ready), (ms, Running), (8 * ms, Ready), (2 * ms, Running)];
        assert_eq!(slices(&pieces), [4.0]);
    }

    #[test]
    fn a_thread_that_lost_the_core_to_nobody_has_the_pieces_it_gave_up() {
        let ms = 1_000_000;
        let pieces = [(ms, Running), (5 * ms, Waiting), (20_000, Ready), (2 * ms, Running)];
        assert_eq!(slices(&pieces), [1.0, 2.0]);
    }

    #[test]
    fn the_median_of_nothing_is_not_a_number() {
        assert!(median(Vec::new()).count().is_nan());
        assert_eq!(median(vec![3 * MILLISECOND, 1 * MILLISECOND, 2 * MILLISECOND]), 2 * MILLISECOND);
    }
}
