//! The policy in a process of its own. Whatever the learner's code does there, loop for ever, panic, end its process,
//! nothing but that process is lost, and the scheduler goes on to put everything away.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::drive::Adviser;
use super::policy::Choice;
use super::workload::Workload;
use super::{Decision, Job, Policy, place};
use crate::error::Error;
use crate::process::{Child, Family, record_processes};
use crate::record::panic_text;
use crate::timeline::{MILLISECOND, Time};

/// How long a policy may think about one decision, in milliseconds.
const PATIENCE: u16 = 1_000;

/// What is asked: what kind, how many jobs, when; then a row for each job.
type Question = [u64; 3];
/// A job: number, arrival, work, done (nanoseconds), slices used up.
type Row = [u64; 5];
/// What is answered: kind, job or length of the text, slice in milliseconds as bits of a float, whether until an
/// arrival.
type Answer = [u64; 4];

const ASK: u64 = 1;
const RUN: u64 = 1;
const RUN_FOR: u64 = 2;
const NOBODY: u64 = 3;
const PANICKED: u64 = 4;

/// The scheduler's end.
pub(super) struct Forked {
    name: String,
    pid: Pid,
    questions: PipeWriter,
    answers: PipeReader,
    asked: usize,
}

/// Runs `body` with an adviser for `policy`, without any job; for the model.
pub(super) fn with<P: Policy, T>(
    mut policy: P,
    workload: &Workload,
    body: impl FnOnce(&mut dyn Adviser) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut result = None;
    record_processes("on paper", |family| {
        result =
            Some(Forked::start(family, "policy", &mut policy, workload).and_then(|(mut adviser, child)| {
                let outcome = body(&mut adviser);
                adviser.dismiss(&child);
                outcome
            }));
    })?;
    result.unwrap_or_else(|| Err(never()))
}

/// When a recording fails without having said why, which does not happen.
pub(super) fn never() -> Error {
    Error::NotPossible {
        what: "scheduling".to_owned(),
        because: "the scheduler's own process did not begin".to_owned(),
    }
}

impl Forked {
    /// Forks a process in which `policy` answers; in this one the policy stays as it was.
    pub fn start<P: Policy>(
        family: &Family,
        title: &str,
        policy: &mut P,
        workload: &Workload,
    ) -> Result<(Self, Child), Error> {
        let pipe = || {
            std::io::pipe().map_err(|error| Error::NotPossible {
                what: "asking the policy".to_owned(),
                because: format!("the system gives no pipe ({error})"),
            })
        };
        let (their_questions, questions) = pipe()?;
        let (answers, their_answers) = pipe()?;
        let name = policy.name();
        let child = family.fork(title, move |_| {
            place::keep_off(place::for_jobs());
            // A pipe that ends is the scheduler's way of saying that all is done.
            let _ = serve(policy, workload, their_questions, their_answers);
        });
        let pid = Pid::from_raw(child.id() as i32);
        Ok((Self { name, pid, questions, answers, asked: 0 }, child))
    }

    /// The policy is not needed any more.
    pub fn dismiss(mut self, child: &Child) {
        let told = send(&mut self.questions, &[0, 0, 0]);
        if told.is_err() || child.wait_within(Duration::from_millis(u64::from(PATIENCE))).is_none() {
            child.kill();
        }
    }

    fn fault(&self, now: Duration, did: &str) -> Error {
        let (at, asked) = (now.as_secs_f64() * 1e3, self.asked);
        let did = format!("{did}, when it was asked for the {} (at {at:.1} ms)", ordinal(asked));
        Error::Policy { policy: self.name.clone(), did }
    }

    /// Why no answer comes any more.
    fn gone(&self, now: Duration) -> Error {
        let how = waitid(Id::Pid(self.pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
        self.fault(
            now,
            &match how {
                Ok(WaitStatus::Exited(_, code)) => {
                    format!("ended the process it decides in, with code {code}")
                }
                Ok(WaitStatus::Signaled(_, signal, _)) => format!("was killed by {signal}"),
                _ => "went away".to_owned(),
            },
        )
    }

    fn receive(&mut self, now: Duration) -> Result<Answer, Error> {
        let mut waiting = [PollFd::new(self.answers.as_fd(), PollFlags::POLLIN)];
        if poll(&mut waiting, PollTimeout::from(PATIENCE)) == Ok(0) {
            // It thinks for ever; nobody will ask it again.
            let _ = kill(self.pid, Signal::SIGKILL);
            return Err(self.fault(now, "did not answer within a second: look for a loop that never ends"));
        }
        receive(&mut self.answers).map_err(|_| self.gone(now))
    }

    fn panicked(&mut self, length: u64) -> Error {
        let mut text = Vec::new();
        let _ = (&mut self.answers).take(length).read_to_end(&mut text);
        let lane = format!("the policy {}", self.name);
        Error::Panicked { lane, says: String::from_utf8_lossy(&text).into_owned() }
    }
}

impl Adviser for Forked {
    fn name(&self) -> &str {
        &self.name
    }

    fn ask(&mut self, ready: &[Job], now: Duration) -> Result<Decision, Error> {
        self.asked += 1;
        let mut words = vec![ASK, ready.len() as u64, now.as_nanos() as u64];
        let row = |job: &Job| -> Row {
            let times = [job.arrived, job.work, job.done].map(|time| time.as_nanos() as u64);
            [job.number as u64, times[0], times[1], times[2], job.slices as u64]
        };
        words.extend(ready.iter().flat_map(row));
        send(&mut self.questions, &words).map_err(|_| self.gone(now))?;
        let [kind, first, slice, or_arrival] = self.receive(now)?;
        let time = || Some(f64::from_bits(slice) * MILLISECOND);
        let (choice, time) = match kind {
            RUN => (Choice::Run(first as usize), None),
            RUN_FOR => (Choice::Run(first as usize), time()),
            NOBODY => (Choice::Nobody, time()),
            PANICKED => return Err(self.panicked(first)),
            _ => return Err(self.fault(now, "wrote into the scheduler's own pipe")),
        };
        Ok(Decision { choice, time, or_arrival: or_arrival != 0 })
    }
}

/// The policy's end: answers until the pipe ends or says so.
fn serve(
    policy: &mut impl Policy,
    workload: &Workload,
    mut questions: PipeReader,
    mut answers: PipeWriter,
) -> std::io::Result<()> {
    loop {
        let [kind, count, now]: Question = receive(&mut questions)?;
        if kind != ASK {
            return Ok(());
        }
        let mut ready = Vec::new();
        for _ in 0..count {
            let [number, arrived, work, done, slices]: Row = receive(&mut questions)?;
            let [arrived, work, done] = [arrived, work, done].map(Duration::from_nanos);
            let name = workload.jobs[number as usize].name.clone();
            ready.push(Job { name, number: number as usize, arrived, work, done, slices: slices as usize });
        }
        let answer = catch_unwind(AssertUnwindSafe(|| policy.next(&ready, Duration::from_nanos(now))));
        match answer {
            Ok(decision) => send(&mut answers, &written(&decision))?,
            Err(payload) => {
                let says = panic_text(payload.as_ref());
                send(&mut answers, &[PANICKED, says.len() as u64, 0, 0])?;
                return answers.write_all(says.as_bytes());
            }
        }
    }
}

fn written(decision: &Decision) -> Answer {
    let millis = |time: Time| time.count() * time.unit().length.as_secs_f64() * 1e3;
    let slice = decision.time.map_or(0, |time| millis(time).to_bits());
    let (kind, job) = match (decision.choice, decision.time) {
        (Choice::Run(job), None) => (RUN, job),
        (Choice::Run(job), Some(_)) => (RUN_FOR, job),
        (Choice::Nobody, _) => (NOBODY, 0),
    };
    [kind, job as u64, slice, u64::from(decision.or_arrival)]
}

fn send(pipe: &mut PipeWriter, words: &[u64]) -> std::io::Result<()> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    pipe.write_all(&bytes)
}

fn receive<const N: usize>(pipe: &mut PipeReader) -> std::io::Result<[u64; N]> {
    let mut words = [0; N];
    for word in &mut words {
        let mut bytes = [0; 8];
        pipe.read_exact(&mut bytes)?;
        *word = u64::from_ne_bytes(bytes);
    }
    Ok(words)
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
