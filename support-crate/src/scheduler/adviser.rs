//! The policy in a process of its own. Whatever the learner's code does there, loop for ever, panic, end its process,
//! nothing but that process is lost, and the scheduler goes on to put everything away.
//!
//! The two talk through pipes, a line for each question and each answer, of numbers with a space between.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::drive::Adviser;
use super::policy::Choice;
use super::schedule::Schedule;
use super::workload::Workload;
use super::{Decision, Job, Policy, paper};
use crate::error::Error;
use crate::process::{Child, Ending, Processes};
use crate::record::{panic_text, record};
use crate::time::{MILLISECOND, Time};

/// How long a policy may think about one decision, in milliseconds.
const PATIENCE: u16 = 1_000;

/// The scheduler's end.
pub(super) struct Forked {
    name: String,
    child: Child,
    questions: PipeWriter,
    answers: BufReader<PipeReader>,
    asked: usize,
}

/// What `policy` does on paper.
pub(super) fn on_paper<P: Policy>(mut policy: P, workload: &Workload) -> Result<Schedule, Error> {
    let mut schedule = None;
    record("on paper").processes(|run| schedule = Some(model(run, "policy", &mut policy, workload)))?;
    schedule.unwrap_or_else(|| Err(never()))
}

/// The same beside other processes. A fork copies the policy, so it begins anew.
pub(super) fn model<P: Policy>(
    run: &Processes,
    title: &str,
    policy: &mut P,
    workload: &Workload,
) -> Result<Schedule, Error> {
    let mut adviser = Forked::start(run, title, policy, workload)?;
    let model = paper::run(workload, &mut adviser);
    adviser.dismiss();
    model
}

/// When a recording fails without having said why, which does not happen.
fn never() -> Error {
    Error::NotPossible {
        what: "scheduling".to_owned(),
        because: "the scheduler's own process did not begin".to_owned(),
    }
}

impl Forked {
    /// Forks a process in which `policy` answers; in this one the policy stays as it was.
    pub fn start<P: Policy>(
        run: &Processes,
        title: &str,
        policy: &mut P,
        workload: &Workload,
    ) -> Result<Self, Error> {
        let pipe = || {
            std::io::pipe().map_err(|error| Error::NotPossible {
                what: "asking the policy".to_owned(),
                because: format!("the system gives no pipe ({error})"),
            })
        };
        let (their_questions, questions) = pipe()?;
        let (answers, their_answers) = pipe()?;
        let name = policy.name();
        // Here the ends that are moved into the child's closure are closed when it is dropped.
        let child = run.fork(title, move |_| serve(policy, workload, their_questions, their_answers));
        Ok(Self { name, child, questions, answers: BufReader::new(answers), asked: 0 })
    }

    /// The policy is not needed any more.
    pub fn dismiss(self) {
        let Self { child, mut questions, .. } = self;
        // The fork has a copy of this end too, so the pipe would never end by itself.
        let told = writeln!(questions);
        if told.is_err() || child.wait_within(u32::from(PATIENCE) * MILLISECOND).is_none() {
            child.kill();
        }
    }

    fn fault(&self, now: Time, did: &str) -> Error {
        let (now, times) = (now.in_unit(MILLISECOND), ordinal(self.asked));
        let did = format!("{did}, when it was asked for the {times} (at {now:.1})");
        Error::Policy { policy: self.name.clone(), did }
    }

    /// Why no answer comes any more.
    fn gone(&self, now: Time) -> Error {
        let did = match self.child.wait_within(u32::from(PATIENCE) * MILLISECOND) {
            Some(Ending::Code(code)) => format!("ended the process it decides in, with code {code}"),
            Some(ending) => ending.to_string(),
            None => "closed the pipe by which it is asked".to_owned(),
        };
        self.fault(now, &did)
    }

    fn receive(&mut self, now: Time) -> Result<String, Error> {
        let mut waiting = [PollFd::new(self.answers.get_ref().as_fd(), PollFlags::POLLIN)];
        if poll(&mut waiting, PollTimeout::from(PATIENCE)) == Ok(0) {
            // It thinks for ever; nobody will ask it again.
            self.child.kill();
            return Err(self.fault(now, "did not answer within a second: look for a loop that never ends"));
        }
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(read) if read > 0 => Ok(line),
            _ => Err(self.gone(now)),
        }
    }
}

impl Adviser for Forked {
    fn name(&self) -> &str {
        &self.name
    }

    fn ask(&mut self, ready: &[Job], now: Time) -> Result<Decision, Error> {
        self.asked += 1;
        let mut line = now.count().to_string();
        for job in ready {
            let [arrived, work, done] = [job.arrived, job.work, job.done].map(Time::count);
            let _ = write!(line, " {} {arrived} {work} {done} {}", job.number, job.slices);
        }
        if writeln!(self.questions, "{line}").is_err() {
            return Err(self.gone(now));
        }
        let line = self.receive(now)?;
        if let Some(says) = line.strip_prefix("panicked ") {
            let lane = format!("the policy {}", self.name);
            return Err(Error::Panicked { lane, says: unescaped(says.trim_end()) });
        }
        read(&line).ok_or_else(|| self.fault(now, "wrote into the scheduler's own pipe"))
    }
}

/// The policy's end: answers until an empty line.
fn serve(policy: &mut impl Policy, workload: &Workload, questions: PipeReader, mut answers: PipeWriter) {
    for line in BufReader::new(questions).lines().map_while(Result::ok) {
        let Some((now, ready)) = heard(&line, workload) else { return };
        let answer = catch_unwind(AssertUnwindSafe(|| policy.next(&ready, now)));
        let line = match &answer {
            Ok(decision) => written(decision),
            Err(payload) => format!("panicked {}", escaped(&panic_text(payload.as_ref()))),
        };
        if writeln!(answers, "{line}").is_err() || answer.is_err() {
            return;
        }
    }
}

/// A question: the time, and the jobs that are ready.
fn heard(line: &str, workload: &Workload) -> Option<(Time, Vec<Job>)> {
    let words: Vec<&str> = line.split(' ').collect();
    let (now, jobs) = words.split_first()?;
    let time = |word: &str| Some(Time::new(word.parse().ok()?, workload.unit));
    let job = |words: &[&str]| {
        let &[number, arrived, work, done, slices] = words else { return None };
        let number: usize = number.parse().ok()?;
        let (arrived, work, done) = (time(arrived)?, time(work)?, time(done)?);
        let name = workload.jobs.get(number)?.name.clone();
        Some(Job { name, number, arrived, work, done, slices: slices.parse().ok()? })
    };
    Some((time(now)?, jobs.chunks(5).map(job).collect::<Option<_>>()?))
}

/// An answer: whom (nobody is -1), for how many milliseconds (to the end is `end`), whether until an arrival.
fn written(decision: &Decision) -> String {
    let whom = match decision.choice {
        Choice::Run(job) => job as i64,
        Choice::Nobody => -1,
    };
    let time = decision.time.map_or("end".to_owned(), |time| time.in_unit(MILLISECOND).count().to_string());
    format!("{whom} {time} {}", decision.or_arrival)
}

fn read(line: &str) -> Option<Decision> {
    let mut words = line.split_whitespace();
    let whom: i64 = words.next()?.parse().ok()?;
    let time = match words.next()? {
        "end" => None,
        count => Some(count.parse::<f64>().ok()? * MILLISECOND),
    };
    let choice = if whom < 0 { Choice::Nobody } else { Choice::Run(whom as usize) };
    Some(Decision { choice, time, or_arrival: words.next()?.parse().ok()? })
}

/// A text as one line.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescaped(line: &str) -> String {
    line.replace("\\n", "\n").replace("\\\\", "\\")
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending} time")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    #[test]
    fn what_goes_through_the_pipe_comes_out_as_it_was() {
        let job = Job {
            name: "a".into(),
            number: 0,
            arrived: 0.0 * MINUTE,
            work: 0.3 * MINUTE,
            done: 0.1 * MINUTE,
            slices: 2,
        };
        let decisions = [
            job.run_for(0.1 * MILLISECOND),
            job.run_to_end().or_arrival(),
            Decision::nobody(1 * MILLISECOND),
        ];
        for decision in decisions {
            assert_eq!(read(&written(&decision)), Some(decision));
        }
        let odd = read(&written(&job.run_for(f64::NAN * MINUTE))).unwrap();
        assert!(odd.time.unwrap().count().is_nan());
        let workload = Workload::new([("a", 0.0 * MINUTE, 0.3 * MINUTE)]).unwrap();
        let line = "0.7 0 0 0.3 0.1 2";
        assert_eq!(heard(line, &workload), Some((0.7 * MINUTE, vec![job])));
        assert_eq!(unescaped(&escaped("two\nlines")), "two\nlines");
    }
}
