//! Virtual time: the loop's world on paper, where a switch costs nothing and nobody else wants the core.

use super::drive::{Adviser, End, Ran, World, drive};
use super::lanes::{self, Piece};
use super::schedule::{self, Progress, Schedule};
use super::workload::{Planned, Workload};
use crate::error::Error;
use crate::timeline::Activity;

/// What the policy that `adviser` answers for does with the workload, computed.
pub(super) fn run(workload: &Workload, adviser: &mut dyn Adviser) -> Result<Schedule, Error> {
    let done = vec![0; workload.jobs.len()];
    let progress = vec![Vec::new(); workload.jobs.len()];
    let mut world = Paper { jobs: &workload.jobs, done, progress, now: 0, pieces: Vec::new() };
    drive(workload, &mut world, adviser)?;
    let name = adviser.name().to_owned();
    let timeline = lanes::model(workload, &name, &world.pieces);
    Ok(schedule::of(workload, name, None, world.progress, timeline))
}

struct Paper<'jobs> {
    jobs: &'jobs [Planned],
    done: Vec<u64>,
    progress: Vec<Progress>,
    now: u64,
    pieces: Vec<Piece>,
}

impl Paper<'_> {
    fn piece(&mut self, job: usize, from: u64, to: u64, activity: Activity) {
        self.pieces.push(Piece { job, from, to, activity });
    }
}

impl World for Paper<'_> {
    fn now(&mut self) -> u64 {
        self.now
    }

    fn rest_until(&mut self, moment: u64) -> Result<(), Error> {
        self.now = self.now.max(moment);
        Ok(())
    }

    fn run(&mut self, job: usize, slice: Option<u64>, newcomer: Option<u64>) -> Result<Ran, Error> {
        let (from, planned, done) = (self.now, &self.jobs[job], self.done[job]);
        let left = planned.work - done;
        let to_io = planned.io.map_or(u64::MAX, |io| io.after - done % io.after);
        let slice = slice.unwrap_or(u64::MAX);
        let to_newcomer = newcomer.map_or(u64::MAX, |moment| moment.saturating_sub(from));
        let time = left.min(to_io).min(slice).min(to_newcomer);
        self.now += time;
        self.done[job] += time;
        self.piece(job, from, self.now, Activity::Running);
        self.progress[job].push((self.now, self.done[job] as f64 / planned.work as f64));
        let end = match time {
            _ if time == left => End::Finished,
            _ if time == to_io => End::Io,
            _ if time == slice => End::UsedUp,
            _ => End::Newcomer,
        };
        if let (End::Io, Some(io)) = (end, planned.io) {
            self.piece(job, self.now, self.now + io.lasts, Activity::Waiting);
        }
        Ok(Ran { done: self.done[job], end })
    }
}

#[cfg(test)]
mod tests {
    use super::super::drive::Direct;
    use super::super::{Decision, Job, Policy};
    use super::*;
    use crate::time::{MILLISECOND, MINUTE, Time};

    fn table() -> Workload {
        let customers = [("Amir", 10), ("Kohli", 5), ("John", 1)];
        Workload::new(customers.map(|(name, work)| (name, 0.0 * MINUTE, work * MINUTE))).unwrap()
    }

    fn paper(workload: &Workload, policy: impl Policy) -> Result<Schedule, Error> {
        run(workload, &mut Direct::new(policy))
    }

    fn fifo(ready: &[Job], _: Time) -> Decision {
        ready[0].run_to_end()
    }

    fn shortest_first(ready: &[Job], _: Time) -> Decision {
        ready.iter().min_by_key(|job| job.work).unwrap().run_to_end()
    }

    fn round_robin(slice: Time) -> impl Policy {
        move |ready: &[Job], _: Time| ready[0].run_for(slice)
    }

    fn minutes(schedule: &Schedule, of: fn(&schedule::Measured) -> Time) -> Vec<f64> {
        schedule.jobs.iter().map(|job| of(job).count()).collect()
    }

    #[test]
    fn the_waiter_s_customers_queue_for_8_33_minutes_as_seated_and_2_33_shortest_first() {
        let seated = paper(&table(), fifo).unwrap();
        assert_eq!(minutes(&seated, |job| job.queueing_time), [0.0, 10.0, 15.0]);
        assert!((seated.mean_queueing_time().count() - 25.0 / 3.0).abs() < 1e-9);
        let shortest = paper(&table(), shortest_first).unwrap();
        assert!((shortest.mean_queueing_time().count() - 7.0 / 3.0).abs() < 1e-9);
        assert_eq!(shortest.finish_order(), ["John", "Kohli", "Amir"]);
    }

    #[test]
    fn round_robin_gives_each_a_slice_in_turn_and_a_newcomer_stands_before_who_was_just_served() {
        let robin = paper(&table(), round_robin(1 * MINUTE)).unwrap();
        assert_eq!(minutes(&robin, |job| job.turnaround), [16.0, 11.0, 3.0]);
        assert_eq!(minutes(&robin, |job| job.response), [0.0, 1.0, 2.0]);
        let late = [("a", 0.0 * MINUTE, 2 * MINUTE), ("b", 1 * MINUTE, 1 * MINUTE)];
        let robin = paper(&Workload::new(late).unwrap(), round_robin(1 * MINUTE)).unwrap();
        assert_eq!(robin.finish_order(), ["b", "a"]);
    }

    #[test]
    fn an_arrival_interrupts_only_who_asked_for_it() {
        let jobs = [("long", 0.0 * MINUTE, 10 * MINUTE), ("short", 2 * MINUTE, 1 * MINUTE)];
        let jobs = Workload::new(jobs).unwrap();
        let shortest = |ready: &[Job]| ready.iter().min_by_key(|job| job.left()).unwrap().run_to_end();
        let patient = paper(&jobs, |ready: &[Job], _| shortest(ready)).unwrap();
        assert_eq!(patient.job("short").unwrap().response, 8 * MINUTE);
        let prompt = paper(&jobs, |ready: &[Job], _| shortest(ready).or_arrival()).unwrap();
        assert_eq!(prompt.job("short").unwrap().response, 0.0 * MINUTE);
        assert_eq!(prompt.job("long").unwrap().turnaround, 11 * MINUTE);
        assert_eq!(prompt.switches, 2);
    }

    #[test]
    fn an_interrupted_slice_goes_on_where_it_was() {
        let jobs = [("a", 0.0 * MINUTE, 3 * MINUTE), ("b", 1 * MINUTE, 1 * MINUTE)];
        let policy = |ready: &[Job], _: Time| ready[0].run_for(2 * MINUTE).or_arrival();
        let schedule = paper(&Workload::new(jobs).unwrap(), policy).unwrap();
        assert_eq!(schedule.job("b").unwrap().response, 1 * MINUTE);
        assert_eq!(schedule.job("a").unwrap().turnaround, 4 * MINUTE);
    }

    #[test]
    fn during_a_job_s_io_the_core_is_somebody_else_s_and_the_slice_was_not_used_up() {
        let jobs = [("disk", 0.0 * MINUTE, 3 * MINUTE), ("sums", 0.0 * MINUTE, 6 * MINUTE)];
        let jobs = Workload::new(jobs).unwrap().with_io("disk", 1 * MINUTE, 2 * MINUTE).unwrap();
        let mut used = Vec::new();
        let policy = |ready: &[Job], _: Time| {
            used.extend(ready.iter().filter(|job| &*job.name == "disk").map(|job| job.slices));
            ready[0].run_for(2 * MINUTE)
        };
        let robin = paper(&jobs, policy).unwrap();
        // disk 0–1, I/O 1–3, sums 1–3, disk 3–4, I/O 4–6, sums 4–6, disk 6–7, sums 7–9.
        assert_eq!(minutes(&robin, |job| job.turnaround), [7.0, 9.0]);
        assert_eq!(minutes(&robin, |job| job.io), [4.0, 0.0]);
        assert_eq!(minutes(&robin, |job| job.queueing_time), [0.0, 3.0]);
        assert!(used.iter().all(|slices| *slices == 0), "{used:?}");
        assert_eq!(robin.timeline.length(), 9 * MINUTE);
    }

    #[test]
    fn who_comes_back_from_io_interrupts_like_an_arrival_and_an_empty_core_waits_for_it() {
        let jobs = [("key", 0.0 * MINUTE, 2 * MINUTE), ("sums", 0.0 * MINUTE, 9 * MINUTE)];
        let jobs = Workload::new(jobs).unwrap().with_io("key", 1 * MINUTE, 4 * MINUTE).unwrap();
        let key_first = |ready: &[Job], _: Time| {
            ready.iter().min_by_key(|job| job.number).unwrap().run_to_end().or_arrival()
        };
        assert_eq!(minutes(&paper(&jobs, key_first).unwrap(), |job| job.turnaround), [6.0, 11.0]);
        let alone = Workload::new([("key", 0.0 * MINUTE, 2 * MINUTE)]).unwrap();
        let alone = alone.with_io("key", 1 * MINUTE, 4 * MINUTE).unwrap();
        assert_eq!(minutes(&paper(&alone, fifo).unwrap(), |job| job.turnaround), [6.0]);
    }

    #[test]
    fn an_idle_core_waits_for_the_next_arrival() {
        let jobs = [("a", 0.0 * MINUTE, 1 * MINUTE), ("b", 5 * MINUTE, 1 * MINUTE)];
        let fifo = paper(&Workload::new(jobs).unwrap(), fifo).unwrap();
        assert_eq!(fifo.job("b").unwrap().turnaround, 1 * MINUTE);
        assert_eq!(fifo.timeline.length(), 6 * MINUTE);
    }

    fn fault(policy: impl Policy) -> String {
        paper(&table(), policy).unwrap_err().to_string()
    }

    #[test]
    fn what_a_policy_may_not_do_is_named() {
        let slice = |count: f64| move |ready: &[Job], _: Time| ready[0].run_for(count * MINUTE);
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
        let endless = paper(&table(), round_robin(1e12 * MINUTE)).unwrap();
        assert_eq!(endless.job("John").unwrap().turnaround, 16 * MINUTE);
    }
}
