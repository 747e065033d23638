//! Scheduling policies on real processes: what they do against what they do on paper, and what is left when a policy
//! misbehaves.
//!
//! Jobs are forked, and a fork needs a process with one thread. So this file has a main function of its own instead of
//! the usual harness (see `one_thread`).

#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "a thread's own record is for the tests of preemption")]
mod kernel_record;
#[cfg(target_os = "linux")]
mod not_tested;
#[cfg(target_os = "linux")]
mod one_thread;
#[cfg(target_os = "linux")]
mod policies;
#[cfg(target_os = "linux")]
mod stolen;

#[cfg(target_os = "linux")]
mod linux {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    use timelanes::machine::{now, pin};
    use timelanes::prelude::*;
    use timelanes::scheduler::Schedule;

    use crate::kernel_record::Record;
    use crate::not_tested::not_tested;
    use crate::one_thread::{self, children};
    use crate::policies::{FairShare, Fifo, Mlfq, RoundRobin, ShortestFirst};
    use crate::stolen::unless_stolen;

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

    /// Sums beside a job that waits for a disk most of the time.
    fn with_a_disk() -> Workload {
        let jobs =
            [("sums", 60), ("disk", 20)].map(|(name, work)| (name, 0.0 * MILLISECOND, work * MILLISECOND));
        Workload::new(jobs).unwrap().with_io("disk", 4 * MILLISECOND, 10 * MILLISECOND).unwrap()
    }

    fn all_policies() -> Vec<Schedule> {
        let jobs = arrivals();
        vec![
            jobs.schedule(Fifo).unwrap(),
            jobs.schedule(ShortestFirst).unwrap(),
            jobs.schedule(RoundRobin(10 * MILLISECOND)).unwrap(),
            jobs.schedule(Mlfq::with_boost(100)).unwrap(),
            jobs.schedule(FairShare::default()).unwrap(),
            with_a_disk().schedule(RoundRobin(5 * MILLISECOND)).unwrap(),
            jobs.schedule_by_kernel().unwrap(),
            with_a_disk().schedule_by_kernel().unwrap(),
        ]
    }

    /// Whether `one` is `other`, give or take this part of it and `room`.
    fn near(one: Time, other: Time, part: f64, room: Time) -> bool {
        let far = if one > other { one - other } else { other - one };
        far <= part * other + room
    }

    /// Who had the core, in order, is decided by the policy alone, however busy the machine is.
    fn the_core_goes_round_as_on_paper_whatever_else_runs() {
        for jobs in [customers(), arrivals()] {
            as_on_paper(&jobs.schedule(Fifo).unwrap());
            as_on_paper(&jobs.schedule(ShortestFirst).unwrap());
            as_on_paper(&jobs.schedule(RoundRobin(10 * MILLISECOND)).unwrap());
            as_on_paper(&jobs.schedule(Mlfq::with_boost(100)).unwrap());
        }
        as_on_paper(&with_a_disk().schedule(Fifo).unwrap());
        as_on_paper(&with_a_disk().schedule(RoundRobin(7 * MILLISECOND)).unwrap());
        as_on_paper(&with_a_disk().schedule(Mlfq::default()).unwrap());
    }

    fn as_on_paper(schedule: &Schedule) {
        let paper = schedule.paper.as_ref().unwrap();
        assert_eq!(schedule.turns(), paper.turns(), "{}", schedule.policy);
        assert_eq!(schedule.finish_order(), paper.finish_order(), "{}", schedule.policy);
    }

    /// What a job queued for is what those before it had of the core, by the kernel's clocks of their processes.
    fn customers_queue_for_those_before_them() {
        let (seated, shortest) =
            (customers().schedule(Fifo).unwrap(), customers().schedule(ShortestFirst).unwrap());
        for (schedule, order) in
            [(&seated, ["Amir", "Kohli", "John"]), (&shortest, ["John", "Kohli", "Amir"])]
        {
            assert_eq!(schedule.finish_order(), order);
            assert_eq!(schedule.switches, 2);
            let mut before = 0.0 * MINUTE;
            for name in order {
                let job = schedule.job(name).unwrap();
                assert!(job.queueing_time > 0.9 * before, "{name}: {} after {before}", job.queueing_time);
                before = before + job.cpu;
            }
        }
        let means = (seated.mean_queueing_time(), shortest.mean_queueing_time());
        println!("{} as seated, {} shortest first", means.0, means.1);
    }

    /// All that is measured lies on the wall's clock, held against the clock of whoever looks on from outside, and
    /// against what the kernel says that all children together have used.
    fn times_are_wall_time_and_cpu_time_is_the_kernel_s() {
        let used = || {
            let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
            [usage.user_time(), usage.system_time()].map(|time| time.num_microseconds()).iter().sum::<i64>()
        };
        for jobs in [arrivals(), with_a_disk()] {
            let (from, used_before) = (now(), used());
            let schedule = jobs.schedule(RoundRobin(5 * MILLISECOND)).unwrap();
            let (to, used) = (now(), (used() - used_before) as f64 / 1e3 * MILLISECOND);
            let run = &schedule.timeline;
            assert!(from < run.start() && run.end() < to, "the run is not on the clock outside it");
            assert!(schedule.cpu() <= used, "{} of {used}", schedule.cpu());
            assert!(run.length() >= schedule.cpu(), "{} of {}", schedule.cpu(), run.length());
            for job in &schedule.jobs {
                let lane = run.lane(&job.name).unwrap();
                let parts = job.cpu + job.queueing_time + job.io;
                assert!(near(parts, job.turnaround, 0.05, 2 * MILLISECOND), "{job:?}");
                assert!(near(lane.total(Running), job.cpu, 0.05, 2 * MILLISECOND), "{job:?}");
            }
        }
    }

    /// What the process beside the jobs does.
    pub fn spin() {
        pin(*Machine::here().cores.last().unwrap()).unwrap();
        println!("spins");
        loop {
            std::hint::spin_loop();
        }
    }

    /// Another program on the jobs' core, until it is dropped.
    struct Spinner(std::process::Child);

    impl Spinner {
        fn start() -> Self {
            let mut command = Command::new(std::env::current_exe().unwrap());
            let mut child = command.arg("--spin").stdout(Stdio::piped()).spawn().unwrap();
            let mut begun = [0; 5];
            std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut begun).unwrap();
            Self(child)
        }
    }

    impl Drop for Spinner {
        fn drop(&mut self) {
            let _ = (self.0.kill(), self.0.wait());
        }
    }

    /// With another program on the core everything takes about twice as long; that is shown, and said.
    fn what_another_program_takes_is_in_the_times_and_stated_beside_them() {
        let _spinner = Spinner::start();
        for schedule in [
            customers().schedule(Fifo).unwrap(),
            customers().schedule(RoundRobin(1 * MINUTE)).unwrap(),
            customers().schedule_by_kernel().unwrap(),
        ] {
            let run = &schedule.timeline;
            let cpu = schedule.cpu();
            println!(
                "{}: {} for {cpu} of CPU time, others {}",
                schedule.policy,
                run.length(),
                schedule.others
            );
            assert!(run.length() > 1.2 * cpu, "{} for {cpu}", run.length());
            let (sum, length) = (cpu + schedule.others + schedule.switching, run.length());
            assert!(near(sum, length, 0.05, 0.3 * MINUTE), "{sum} of {length}");
            assert!(near(schedule.others, run.total("others", Running).unwrap(), 0.01, 0.1 * MINUTE));
            let last = schedule.jobs.iter().map(|job| job.turnaround).max().unwrap();
            assert!(near(last, length, 0.05, 0.0 * MINUTE), "{last} of {length}");
            assert!(schedule.figure().text().contains("other programs had the core for"));
        }
    }

    /// A signal to a process, its stop, and the way to the policy and back cost microseconds each.
    fn deciding_takes_time_which_is_said_and_an_empty_core_is_not_deciding() {
        let jobs = [("a", 0, 20), ("b", 0, 20), ("late", 140, 10)];
        let jobs = Workload::new(jobs.map(|(name, at, work)| (name, at * MILLISECOND, work * MILLISECOND)));
        let schedule = jobs.unwrap().schedule(RoundRobin(1 * MILLISECOND)).unwrap();
        let (each, run) = (schedule.switching / schedule.switches as f64, schedule.timeline.length());
        println!("{each} for each of {} switches", schedule.switches);
        assert!(each > 0.01 * MILLISECOND, "{each}");
        let sum = schedule.cpu() + schedule.others + schedule.switching;
        assert!(
            run > sum + 95 * MILLISECOND && run < sum + 180 * MILLISECOND,
            "{sum} of {run}, of which 100 ms empty"
        );
    }

    /// The kernel's own record of who was on the core, against the jobs' lanes.
    fn lanes_are_what_the_kernel_recorded() {
        let core = *Machine::here().cores.last().unwrap();
        let record = match Record::of_core(core) {
            Ok(record) => record,
            Err(why) => {
                // A whole core may be watched by root only.
                let demanded = std::env::var_os("TIMELANES_DEMAND_GROUND_TRUTH").is_some();
                let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap());
                assert!(!demanded || owner != 0, "{why}");
                return not_tested(format_args!("scheduled jobs against the kernel's own record: {why}"));
            }
        };
        let runs = [
            arrivals().schedule(Mlfq::with_boost(100)).unwrap(),
            with_a_disk().schedule(RoundRobin(5 * MILLISECOND)).unwrap(),
            with_a_disk().schedule_by_kernel().unwrap(),
        ];
        let switches = record.take();
        for schedule in &runs {
            for job in &schedule.jobs {
                let lane = schedule.timeline.lane(&job.name).unwrap();
                let own: Vec<_> = switches.iter().filter(|switch| switch.tid == lane.tid).collect();
                let had: u64 = own
                    .windows(2)
                    .filter(|pair| !pair[0].out && pair[1].out)
                    .map(|pair| {
                        pair[1]
                            .time
                            .min(lane.end().unwrap())
                            .saturating_sub(pair[0].time.max(lane.start().unwrap()))
                    })
                    .sum();
                let (kernel, seen) = (lane.time(had), lane.total(Running));
                println!("{} {}: kernel {kernel}, seen {seen}", schedule.policy, job.name);
                assert!(near(seen, kernel, 0.05, 1 * MILLISECOND), "{}: {seen} of {kernel}", job.name);
            }
        }
    }

    fn every_job_does_its_work_and_no_two_are_on_the_core_at_once() {
        let schedules = all_policies();
        println!("{}", policies(&schedules.iter().collect::<Vec<_>>()));
        for schedule in &schedules {
            let mut jobs = schedule.timeline.clone();
            jobs.lanes.retain(|lane| lane.kind == LaneKind::Process);
            assert_eq!(jobs.most_at_once(Running), 1, "{}", schedule.policy);
            let parts = schedule.jobs.iter().map(|job| job.cpu / job.work);
            let (least, most) =
                parts.fold((f64::MAX, 0.0_f64), |(least, most), part| (least.min(part), most.max(part)));
            // A neighbour may slow the core itself down; work that is left out would be nowhere near.
            assert!(
                least > 0.7 && most < 2.5 && most / least < 2.0,
                "{}: {least} to {most}",
                schedule.policy
            );
        }
    }

    fn a_job_in_io_leaves_the_core_to_others_and_comes_back() {
        for schedule in [
            with_a_disk().schedule(RoundRobin(5 * MILLISECOND)).unwrap(),
            with_a_disk().schedule(Fifo).unwrap(),
            with_a_disk().schedule_by_kernel().unwrap(),
        ] {
            let (run, disk) = (&schedule.timeline, schedule.job("disk").unwrap());
            assert_eq!(run.lane("disk").unwrap().times(Waiting), 4, "{}", schedule.policy);
            assert!(disk.io >= 40 * MILLISECOND, "four times 10 ms, and it waited {}", disk.io);
            assert_eq!(run.both(Running, "sums", "disk").unwrap(), Time::ZERO);
            if schedule.policy == "RoundRobin" {
                let sums = run.lane("sums").unwrap();
                let lane = run.lane("disk").unwrap();
                let in_io = lane.spans().iter().filter(|span| span.activity == Waiting);
                let used = in_io.filter(|io| {
                    let runs =
                        |span: &&Span| span.activity == Running && span.start < io.end && io.start < span.end;
                    sums.spans().iter().any(|span| runs(&span))
                });
                assert!(used.count() >= 3, "while the disk works, the other job has the core");
            }
        }
    }

    /// The one that asks for the disk again and again is never kept from it for longer than a slice or two.
    fn a_fair_share_serves_who_sleeps_at_once_and_first_in_first_out_lets_it_queue() {
        let queueing = |policy: fn() -> Schedule| {
            let of = |schedule: Schedule| {
                let disk = schedule.job("disk").unwrap().clone();
                disk.queueing_time / schedule.timeline.length()
            };
            // Others on this machine make both queue for longer, never for less.
            (0..3).map(|_| of(policy())).fold(1.0, f64::min)
        };
        let fair = queueing(|| with_a_disk().schedule(FairShare::default()).unwrap());
        let fifo = queueing(|| with_a_disk().schedule(Fifo).unwrap());
        assert!(
            fair * 2.0 < fifo,
            "{fair:.2} of the run in the queue under a fair share, {fifo:.2} under FIFO"
        );
    }

    fn the_kernel_lets_everybody_get_on_together() {
        let equal = ["a", "b", "c", "d"].map(|name| (name, 0.0 * MILLISECOND, 40 * MILLISECOND));
        let jobs = Workload::new(equal).unwrap();
        let (kernel, fifo) = (jobs.schedule_by_kernel().unwrap(), jobs.schedule(Fifo).unwrap());
        assert!(kernel.fairness() > 0.9 && kernel.fairness() > fifo.fairness(), "{}", kernel.fairness());
        assert!(kernel.switches > fifo.switches && fifo.switches == 3);
        let first = fifo.timeline.lane("a").unwrap().end().unwrap();
        assert_eq!((fifo.part_done("a", first), fifo.part_done("b", first)), (1.0, 0.0));
        assert!(kernel.part_done("b", kernel.timeline.lane("a").unwrap().end().unwrap()) > 0.5);
    }

    fn a_hundred_processes_take_turns() {
        let jobs = (0..100).map(|number| (format!("job {number}"), 0.0 * MILLISECOND, 1 * MILLISECOND));
        let schedule = Workload::new(jobs).unwrap().schedule(RoundRobin(0.5 * MILLISECOND)).unwrap();
        assert!(schedule.jobs.iter().all(|job| job.turns >= 2 && job.cpu > 0.5 * MILLISECOND));
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
        fn next(&mut self, ready: &[Job], _: Time) -> Decision {
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
        let says = fault(move |ready: &[Job], _: Time| {
            first.get_or_insert_with(|| ready[0].clone()).run_for(11 * MINUTE)
        });
        assert!(says.contains("picked Amir, whose work is done"), "{says}");
    }

    fn what_a_policy_breaks_off_keeps_what_was_recorded_up_to_then() {
        let failed = customers().schedule(spoiled(|_| panic!("enough"))).unwrap_err();
        assert!(failed.to_string().contains("enough"), "{failed}");
        let run = failed.timeline();
        let had = |name| run.total(name, Running).unwrap();
        assert!(had("Amir") > 0.5 * MINUTE && had("Kohli") > 0.5 * MINUTE && had("John") == 0.0 * MINUTE);
        assert!(run.figure().text().contains("enough"));
    }

    fn a_policy_may_print_and_does_not_change_outside() {
        let mut asked = 0;
        let schedule = customers().schedule(|ready: &[Job], _: Time| {
            asked += 1;
            ready[0].run_to_end()
        });
        assert_eq!(schedule.unwrap().jobs.len(), 3);
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
        customers().schedule(ShortestFirst).unwrap();
        customers().schedule(|_: &[Job], _: Time| panic!("no")).unwrap_err();
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
        let mut command = Command::new(std::env::current_exe().unwrap());
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
        let schedule = customers().schedule(Fifo).unwrap();
        let text = schedule.figure().text();
        assert!(text.contains("in the model / measured in wall time"), "{text}");
        assert!(text.contains("other programs had the core for"), "{text}");
        assert_eq!(text.contains("one core only"), Machine::here().cores.len() == 1, "{text}");
        assert!(matches!(schedule.job("Nobody"), Err(Error::NoSuchLane { .. })));
    }

    pub fn all() -> Vec<one_thread::Test> {
        macro_rules! timed {
            ($($name:ident),* $(,)?) => {
                vec![$((stringify!($name), (|| unless_stolen(stringify!($name), $name)) as fn())),*]
            };
        }
        let timed: Vec<one_thread::Test> = timed![
            the_core_goes_round_as_on_paper_whatever_else_runs,
            customers_queue_for_those_before_them,
            times_are_wall_time_and_cpu_time_is_the_kernel_s,
            what_another_program_takes_is_in_the_times_and_stated_beside_them,
            deciding_takes_time_which_is_said_and_an_empty_core_is_not_deciding,
            lanes_are_what_the_kernel_recorded,
            every_job_does_its_work_and_no_two_are_on_the_core_at_once,
            a_job_in_io_leaves_the_core_to_others_and_comes_back,
            a_fair_share_serves_who_sleeps_at_once_and_first_in_first_out_lets_it_queue,
            the_kernel_lets_everybody_get_on_together,
        ];
        let others = crate::tests![
            a_hundred_processes_take_turns,
            a_policy_that_misbehaves_is_named_and_leaves_no_process,
            what_a_policy_breaks_off_keeps_what_was_recorded_up_to_then,
            a_policy_may_print_and_does_not_change_outside,
            other_threads_are_a_reason_to_refuse,
            nothing_of_this_process_is_changed,
            jobs_die_with_their_scheduler_stopped_ones_too,
            the_figure_says_what_a_reader_must_know,
        ];
        [timed, others].concat()
    }
}

#[cfg(target_os = "linux")]
fn main() {
    if std::env::args().any(|argument| argument == "--victim") {
        return linux::victim();
    }
    if std::env::args().any(|argument| argument == "--spin") {
        linux::spin();
    }
    one_thread::main(&linux::all());
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("processes are scheduled on Linux only");
}
