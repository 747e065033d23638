//! Virtual time: the loop's world on paper, where a switch costs nothing and nobody else wants the core.

use super::drive::{Adviser, Ran, World, drive};
use super::outcome::Outcome;
use super::workload::{Planned, Workload};
use super::{lanes, outcome};
use crate::error::Error;

/// What the policy that `adviser` answers for does with the workload, computed.
pub(super) fn run(workload: &Workload, adviser: &mut dyn Adviser) -> Result<Outcome, Error> {
    let mut world = Paper { jobs: &workload.jobs, done: vec![0; workload.jobs.len()], now: 0 };
    let turns = drive(workload, &mut world, adviser)?;
    let name = adviser.name().to_owned();
    let timeline = lanes::model(workload, &name, &turns);
    Ok(outcome::of(workload, name, &turns, None, timeline))
}

struct Paper<'jobs> {
    jobs: &'jobs [Planned],
    done: Vec<u64>,
    now: u64,
}

impl World for Paper<'_> {
    fn now(&mut self) -> u64 {
        self.now
    }

    fn rest_until(&mut self, moment: u64) -> Result<(), Error> {
        self.now = self.now.max(moment);
        Ok(())
    }

    fn run(&mut self, job: usize, slice: Option<u64>, arrival: Option<u64>) -> Result<Ran, Error> {
        let left = self.jobs[job].work - self.done[job];
        let slice = slice.unwrap_or(u64::MAX);
        let until_arrival = arrival.map_or(u64::MAX, |arrival| arrival.saturating_sub(self.now));
        let time = left.min(slice).min(until_arrival);
        self.now += time;
        self.done[job] += time;
        Ok(Ran { done: self.done[job], finished: time == left, used_up: time == slice })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::drive::Direct;
    use super::super::{Decision, Fifo, Job, Mlfq, Policy, RoundRobin, Sjf};
    use super::*;
    use crate::timeline::{MILLISECOND, MINUTE, Time};

    fn table() -> Workload {
        Workload::new(
            [("Amir", 10), ("Kohli", 5), ("John", 1)].map(|(name, work)| (name, 0.0 * MINUTE, work * MINUTE)),
        )
        .unwrap()
    }

    fn paper(workload: &Workload, policy: impl Policy) -> Result<Outcome, Error> {
        run(workload, &mut Direct::new(policy))
    }

    #[test]
    fn the_waiter_s_customers_wait_8_33_as_seated_and_2_33_shortest_first() {
        let fifo = paper(&table(), Fifo).unwrap();
        assert_eq!(fifo.jobs.iter().map(|job| job.wait).collect::<Vec<_>>(), [0.0, 10.0, 15.0]);
        assert!((fifo.mean_wait() - 25.0 / 3.0).abs() < 1e-9);
        let sjf = paper(&table(), Sjf).unwrap();
        assert!((sjf.mean_wait() - 7.0 / 3.0).abs() < 1e-9);
        assert_eq!(sjf.finish_order(), ["John", "Kohli", "Amir"]);
    }

    #[test]
    fn round_robin_gives_each_a_slice_in_turn_and_a_newcomer_stands_before_who_was_just_served() {
        let robin = paper(&table(), RoundRobin(1 * MINUTE)).unwrap();
        let turnarounds: Vec<f64> = robin.jobs.iter().map(|job| job.turnaround).collect();
        assert_eq!(turnarounds, [16.0, 11.0, 3.0]);
        assert_eq!(robin.jobs.iter().map(|job| job.response).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
        let late = [("a", 0.0 * MINUTE, 2 * MINUTE), ("b", 1 * MINUTE, 1 * MINUTE)];
        let robin = paper(&Workload::new(late).unwrap(), RoundRobin(1 * MINUTE)).unwrap();
        assert_eq!(robin.finish_order(), ["b", "a"]);
    }

    #[test]
    fn an_arrival_interrupts_only_who_asked_for_it() {
        let jobs = [("long", 0.0 * MINUTE, 10 * MINUTE), ("short", 2 * MINUTE, 1 * MINUTE)];
        let jobs = Workload::new(jobs).unwrap();
        let shortest = |ready: &[Job]| ready.iter().min_by_key(|job| job.left()).unwrap().run_to_end();
        let patient = paper(&jobs, |ready: &[Job], _| shortest(ready)).unwrap();
        assert_eq!(patient.job("short").unwrap().response, 8.0);
        let prompt = paper(&jobs, |ready: &[Job], _| shortest(ready).or_arrival()).unwrap();
        assert_eq!(prompt.job("short").unwrap().response, 0.0);
        assert_eq!(prompt.job("long").unwrap().turnaround, 11.0);
        assert_eq!(prompt.switches, 2);
    }

    #[test]
    fn an_interrupted_slice_goes_on_where_it_was() {
        let jobs = [("a", 0.0 * MINUTE, 3 * MINUTE), ("b", 1 * MINUTE, 1 * MINUTE)];
        let outcome = paper(&Workload::new(jobs).unwrap(), |ready: &[Job], _: Duration| {
            ready[0].run_for(2 * MINUTE).or_arrival()
        });
        let outcome = outcome.unwrap();
        assert_eq!(outcome.job("b").unwrap().response, 1.0);
        assert_eq!(outcome.job("a").unwrap().turnaround, 4.0);
    }

    #[test]
    fn a_long_job_sinks_in_the_multi_level_queue_and_a_boost_lifts_it() {
        let millis = |count: i32| count * MILLISECOND;
        let mut jobs = vec![("long".to_owned(), millis(0), millis(30))];
        jobs.extend((0..16).map(|number| (format!("short {number}"), millis(9 * number), millis(10))));
        let jobs = Workload::new(jobs).unwrap();
        let turnaround = |boost: Option<Time>| {
            let policy = Mlfq::new([10, 20, 40].map(millis), boost);
            paper(&jobs, policy).unwrap().job("long").unwrap().turnaround
        };
        assert_eq!(turnaround(None), 190.0);
        assert_eq!(turnaround(Some(millis(60))), 130.0);
    }

    #[test]
    fn an_idle_core_waits_for_the_next_arrival() {
        let jobs = [("a", 0.0 * MINUTE, 1 * MINUTE), ("b", 5 * MINUTE, 1 * MINUTE)];
        let fifo = paper(&Workload::new(jobs).unwrap(), Fifo).unwrap();
        assert_eq!(fifo.job("b").unwrap().turnaround, 1.0);
        assert_eq!(fifo.timeline.length(), 6.0);
    }

    fn fault(policy: impl Policy) -> String {
        paper(&table(), policy).unwrap_err().to_string()
    }

    #[test]
    fn what_a_policy_may_not_do_is_named() {
        let slice = |count: f64| move |ready: &[Job], _: Duration| ready[0].run_for(count * MINUTE);
        assert!(fault(slice(0.0)).contains("0.1 ms at least"));
        assert!(fault(slice(-1.0)).contains("zero or more"));
        assert!(fault(slice(f64::NAN)).contains("a number"));
        let mut first = None;
        let stubborn = move |ready: &[Job], _| first.get_or_insert(ready[0].clone()).run_for(20 * MINUTE);
        assert!(fault(stubborn).contains("picked Amir, whose work is done (at 100.0 ms)"));
        let stranger = |ready: &[Job], _| Job { number: 7, ..ready[0].clone() }.run_to_end();
        assert!(fault(stranger).contains("number 7, and there are only 3"));
        let lazy = |_: &[Job], _| Decision::nobody(100 * MILLISECOND);
        assert!(fault(lazy).contains("left the core empty"));
    }

    #[test]
    fn an_absurdly_long_slice_is_to_the_end() {
        let endless = paper(&table(), RoundRobin(1e12 * MINUTE)).unwrap();
        assert_eq!(endless.job("John").unwrap().turnaround, 16.0);
    }
}
