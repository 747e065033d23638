//! Scheduling policies on real processes: what they do against what they do on paper, and what is left when a policy
//! misbehaves.
//!
//! Jobs are forked, and a fork needs a process with one thread. So this file has a main function of its own instead of
//! the usual harness: it runs one test after another, by the names given as arguments or all.

#[cfg(target_os = "linux")]
mod one_thread;

#[cfg(target_os = "linux")]
mod linux {
    use std::time::{Duration, Instant};

    use timelanes::prelude::{Error, MILLISECOND, MINUTE, Machine};
    use timelanes::scheduler::{
        Decision, Fifo, Job, Mlfq, Outcome, Policy, RoundRobin, Sjf, Workload, policies,
    };

    use crate::one_thread::{self, children};

    fn customers() -> Workload {
        let jobs = [("Amir", 10), ("Kohli", 5), ("John", 1)];
        Workload::new(jobs.map(|(name, minutes)| (name, 0.0 * MINUTE, minutes * MINUTE))).unwrap()
    }

    /// Long and short jobs that arrive over time.
    fn arrivals() -> Workload {
        let jobs =
            [("long", 0, 80), ("short", 10, 10), ("middle", 20, 40), ("late", 100, 10), ("last", 200, 20)];
        let job = |(name, arrival, work)| (name, arrival * MILLISECOND, work * MILLISECOND);
        Workload::new(jobs.map(job)).unwrap()
    }

    fn mlfq() -> Mlfq {
        Mlfq::new([10, 20, 40].map(|slice| slice * MILLISECOND), Some(100 * MILLISECOND))
    }

    fn near(measured: f64, expected: f64, part: f64, room: f64) {
        assert!(
            (measured - expected).abs() <= expected * part + room,
            "{measured} is more than {} % from {expected}",
            part * 100.0
        );
    }

    fn the_customers_wait_8_33_minutes_as_seated_and_2_33_shortest_first() {
        let (seated, shortest) = (customers().schedule(Fifo).unwrap(), customers().schedule(Sjf).unwrap());
        near(seated.mean_wait(), 25.0 / 3.0, 0.1, 0.0);
        near(shortest.mean_wait(), 7.0 / 3.0, 0.1, 0.0);
        assert_eq!(seated.finish_order(), ["Amir", "Kohli", "John"]);
        assert_eq!((seated.switches, shortest.switches), (2, 2));
    }

    fn turnarounds_are_within_10_percent_of_those_on_paper() {
        for jobs in [customers(), arrivals()] {
            as_on_paper(&jobs.schedule(Fifo).unwrap());
            as_on_paper(&jobs.schedule(Sjf).unwrap());
            as_on_paper(&jobs.schedule(RoundRobin(10 * MILLISECOND)).unwrap());
            as_on_paper(&jobs.schedule(mlfq()).unwrap());
        }
    }

    fn as_on_paper(outcome: &Outcome) {
        let paper = outcome.paper.as_ref().unwrap();
        for (real, paper) in outcome.jobs.iter().zip(&paper.jobs) {
            near(real.turnaround, paper.turnaround, 0.1, 0.0);
            near(real.response, paper.response, 0.1, 1.0);
            assert_eq!(real.turns, paper.turns, "{} under {}", real.name, outcome.policy);
        }
        assert_eq!(outcome.switches, paper.switches, "{}", outcome.policy);
        assert!(outcome.figure().text().contains("model: "), "the figure names the model");
    }

    /// Judged where others hardly took anything, and at the pace the core had in this very run: its clock rate and
    /// its hypervisor are not ours, and what it was measured at before may be a fifth off.
    fn in_plain_time_too_turnarounds_are_as_on_paper_on_a_quiet_machine() {
        undisturbed(|| {
            let outcome = customers().schedule(RoundRobin(1 * MINUTE)).unwrap();
            if outcome.others > outcome.timeline.length() * 0.03 {
                return println!("  others took {:.1} min, plain time not judged", outcome.others);
            }
            let paper = outcome.paper.as_ref().unwrap();
            let pace = outcome.cpu() / paper.cpu();
            for (real, paper) in outcome.jobs.iter().zip(&paper.jobs) {
                near(real.elapsed, paper.turnaround * pace, 0.1, outcome.others);
            }
        });
    }

    /// Whether all sums of CPU time are within 5 % of one another.
    fn cost_the_same(outcomes: &[Outcome]) -> bool {
        let sums = || outcomes.iter().map(Outcome::cpu);
        let (least, most) = (sums().fold(f64::INFINITY, f64::min), sums().fold(0.0, f64::max));
        most <= least * 1.05
    }

    /// Cache, clock rate and hypervisor belong to others too: a neighbour can make the core itself slower for a while.
    /// So CPU time may be measured again.
    fn undisturbed(test: impl Fn()) {
        let quietly = || std::panic::catch_unwind(std::panic::AssertUnwindSafe(&test)).is_ok();
        if !(0..25).any(|_| quietly()) {
            test();
        }
    }

    fn every_policy_and_the_kernel_do_the_same_work_for_the_same_cpu_time() {
        undisturbed(|| {
            let jobs = customers();
            let outcomes = [
                jobs.schedule(Fifo).unwrap(),
                jobs.schedule(Sjf).unwrap(),
                jobs.schedule(RoundRobin(1 * MINUTE)).unwrap(),
                jobs.schedule(mlfq()).unwrap(),
                jobs.schedule_by_kernel().unwrap(),
            ];
            println!("{}", policies(&outcomes.each_ref()));
            assert!(cost_the_same(&outcomes));
        });
    }

    fn no_two_jobs_run_at_once_on_their_one_core() {
        use timelanes::prelude::{Running, Timeline};
        for outcome in [arrivals().schedule(mlfq()).unwrap(), arrivals().schedule_by_kernel().unwrap()] {
            let jobs = |timeline: &Timeline| {
                let mut timeline = timeline.clone();
                timeline.lanes.retain(|lane| lane.name != "others");
                timeline
            };
            assert_eq!(jobs(&outcome.timeline).most_at_once(Running), 1, "{}", outcome.policy);
        }
    }

    fn the_kernel_lets_everybody_get_on_together() {
        let equal = ["a", "b", "c", "d"].map(|name| (name, 0.0 * MILLISECOND, 40 * MILLISECOND));
        let jobs = Workload::new(equal).unwrap();
        let (kernel, fifo) = (jobs.schedule_by_kernel().unwrap(), jobs.schedule(Fifo).unwrap());
        assert!(kernel.fairness() > 0.95, "{}", kernel.fairness());
        // (1 + 1/2 + 1/3 + 1/4)² / (4 · (1 + 1/4 + 1/9 + 1/16))
        near(fifo.fairness(), 0.7621, 0.05, 0.0);
        assert!(kernel.switches > fifo.switches && fifo.switches == 3);
    }

    fn a_hundred_processes_take_turns() {
        let jobs = (0..100).map(|number| (format!("job {number}"), 0.0 * MILLISECOND, 1 * MILLISECOND));
        let outcome = Workload::new(jobs).unwrap().schedule(RoundRobin(0.5 * MILLISECOND)).unwrap();
        assert!(outcome.jobs.iter().all(|job| job.turns >= 2 && job.cpu > 0.5));
    }

    fn fault(policy: impl Policy) -> String {
        let before = Instant::now();
        let says = customers().schedule(policy).unwrap_err().to_string();
        assert!(before.elapsed() < Duration::from_secs(10), "too late: {says}");
        assert_eq!(children(std::process::id()), []);
        says
    }

    /// Behaves for two turns, then does as it is told.
    struct Spoiled<F>(usize, F);

    impl<F: FnMut(&[Job]) -> Decision> Policy for Spoiled<F> {
        fn next(&mut self, ready: &[Job], _: Duration) -> Decision {
            self.0 += 1;
            if self.0 < 3 { ready[0].run_for(1 * MINUTE) } else { (self.1)(ready) }
        }
    }

    fn spoiled(how: impl FnMut(&[Job]) -> Decision) -> impl Policy {
        Spoiled(0, how)
    }

    fn a_policy_that_misbehaves_is_named_and_leaves_no_process() {
        let says = fault(spoiled(|ready| ready[7].run_to_end()));
        assert!(says.contains("panicked") && says.contains("index out of bounds"), "{says}");
        let says = fault(spoiled(|_| {
            loop {
                std::hint::spin_loop();
            }
        }));
        assert!(says.contains("did not answer within a second") && says.contains("3rd time"), "{says}");
        let says = fault(spoiled(|_| std::process::exit(7)));
        assert!(says.contains("with code 7"), "{says}");
        let says = fault(spoiled(|_| std::process::abort()));
        assert!(says.contains("SIGABRT"), "{says}");
        let says = fault(spoiled(|_| Decision::nobody(1 * MINUTE)));
        assert!(says.contains("left the core empty"), "{says}");
        let says = fault(spoiled(|ready| ready[0].run_for(0.0 * MINUTE)));
        assert!(says.contains("0.1 ms at least"), "{says}");
        let mut first = None;
        let says = fault(move |ready: &[Job], _: Duration| {
            first.get_or_insert_with(|| ready[0].clone()).run_for(11 * MINUTE)
        });
        assert!(says.contains("picked Amir, whose work is done"), "{says}");
    }

    /// Misbehaves for real only, not on paper: there the job stops at exactly a whole minute.
    fn what_happens_in_the_middle_of_a_real_run_is_cleaned_up_as_well() {
        let start = Instant::now();
        let late = move |ready: &[Job], _: Duration| {
            assert!(start.elapsed() < Duration::from_millis(60), "enough");
            ready[0].run_for(1 * MINUTE)
        };
        assert!(fault(late).contains("enough"));
    }

    fn a_policy_may_print_and_does_not_change_outside() {
        let mut asked = 0;
        let outcome = customers().schedule(|ready: &[Job], _: Duration| {
            asked += 1;
            ready[0].run_to_end()
        });
        assert_eq!(outcome.unwrap().jobs.len(), 3);
        assert_eq!(asked, 0);
    }

    fn other_threads_are_a_reason_to_refuse() {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || held.recv());
        let says = customers().schedule(Fifo).unwrap_err().to_string();
        drop(hold);
        thread.join().unwrap().unwrap_err();
        assert!(says.contains("threads"), "{says}");
    }

    fn nothing_of_this_process_is_changed() {
        let state = || {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let kept = ["Cpus_allowed_list", "Threads", "SigBlk", "SigIgn", "SigCgt"];
            let nice = std::fs::read_to_string("/proc/self/stat").unwrap();
            let nice = nice.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().to_owned();
            let lines = status.lines().filter(|line| kept.iter().any(|name| line.starts_with(name)));
            let files = std::fs::read_dir("/proc/self/fd").unwrap().count();
            (lines.map(str::to_owned).collect::<Vec<_>>(), nice, files)
        };
        let before = state();
        customers().schedule(Sjf).unwrap();
        customers().schedule(|_: &[Job], _: Duration| panic!("no")).unwrap_err();
        customers().schedule_by_kernel().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(state(), before);
    }

    /// What the process that is killed does.
    pub fn victim() {
        let long = Workload::new(["a", "b", "c"].map(|name| (name, 0.0 * MILLISECOND, 1600 * MILLISECOND)));
        let _ = long.unwrap().schedule(RoundRobin(20 * MILLISECOND));
    }

    fn jobs_die_with_their_scheduler_stopped_ones_too() {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let mut scheduler = command.arg("--victim").spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(10);
        let family = loop {
            let family = children(scheduler.id());
            if family.iter().filter(|(_, state)| state == "T").count() >= 2 && family.len() >= 4 {
                break family;
            }
            assert!(Instant::now() < until, "the jobs never began: {family:?}");
            std::thread::sleep(Duration::from_millis(5));
        };
        scheduler.kill().unwrap();
        scheduler.wait().unwrap();
        let alive = |pid: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
        };
        while family.iter().any(|(pid, _)| alive(*pid)) {
            assert!(Instant::now() < until, "some of {family:?} are still there");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn the_figure_says_what_a_reader_must_know() {
        let outcome = customers().schedule(Fifo).unwrap();
        let text = outcome.figure().text();
        assert!(text.contains("turnaround in the model / measured"), "{text}");
        assert!(text.contains("other programs and the switching"), "{text}");
        assert_eq!(text.contains("one core only"), Machine::here().cores.len() == 1, "{text}");
        assert!(matches!(outcome.job("Nobody"), Err(Error::NoSuchLane { .. })));
    }

    pub fn all() -> Vec<one_thread::Test> {
        crate::tests![
            the_customers_wait_8_33_minutes_as_seated_and_2_33_shortest_first,
            turnarounds_are_within_10_percent_of_those_on_paper,
            in_plain_time_too_turnarounds_are_as_on_paper_on_a_quiet_machine,
            every_policy_and_the_kernel_do_the_same_work_for_the_same_cpu_time,
            no_two_jobs_run_at_once_on_their_one_core,
            the_kernel_lets_everybody_get_on_together,
            a_hundred_processes_take_turns,
            a_policy_that_misbehaves_is_named_and_leaves_no_process,
            what_happens_in_the_middle_of_a_real_run_is_cleaned_up_as_well,
            a_policy_may_print_and_does_not_change_outside,
            other_threads_are_a_reason_to_refuse,
            nothing_of_this_process_is_changed,
            jobs_die_with_their_scheduler_stopped_ones_too,
            the_figure_says_what_a_reader_must_know,
        ]
    }
}

#[cfg(target_os = "linux")]
fn main() {
    if std::env::args().any(|argument| argument == "--victim") {
        return linux::victim();
    }
    one_thread::main(&linux::all());
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("processes are scheduled on Linux only");
}
