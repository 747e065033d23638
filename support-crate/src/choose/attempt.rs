//! One tool does one work, in a process of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;
use crate::machine::now;
use crate::process::{Child, Ending, Shared};
use crate::record::record;
use crate::time::{MILLISECOND, Time};

/// Answers that fit.
pub(super) const MOST: usize = 1000;
/// Seconds after which a tool is ended.
const LIMIT: u64 = 5;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Attempt {
    /// Milliseconds from its beginning to its last answer.
    pub time: f64,
    /// Threads of its process and processes that it forked, at one moment: the most that were seen.
    pub threads: usize,
    pub answers: Vec<u64>,
    /// The share of the time in which its first thread wanted a core and had none.
    pub kept_waiting: f64,
    /// What went wrong: "was killed by SIGABRT".
    pub trouble: Option<String>,
}

/// What the child tells: nanoseconds, how many of them it waited for a core, how many answers, the answers.
type Report = [AtomicU64; MOST + 3];

impl Attempt {
    /// Lets `tool` do its jobs in a child of this process.
    ///
    /// # Errors
    /// When there can be no child; what goes wrong in it is the attempt's trouble.
    pub fn new(name: &str, tool: &dyn Fn() -> Vec<u64>) -> Result<Self, Error> {
        let report = Shared::<Report>::new()?;
        let (mut threads, mut ending) = (1, Ending::NeverBegan);
        record(name).within(Time::from(crate::record::LIMIT)).processes(|run| {
            let child = run.fork(name, |_| {
                super::raise_descriptors();
                let (begins, waited) = (now(), waited_for_a_core());
                let answers = tool();
                let took = now() - begins;
                report
                    .iter()
                    .skip(3)
                    .zip(&answers)
                    .for_each(|(place, answer)| place.store(*answer, Ordering::Relaxed));
                report[2].store(answers.len() as u64, Ordering::Relaxed);
                report[1].store(waited_for_a_core().saturating_sub(waited), Ordering::Relaxed);
                report[0].store(took.max(1), Ordering::Release);
            });
            ending = watch(&child, &mut threads);
        })?;
        let [time, waited, count] = [0, 1, 2].map(|place: usize| report[place].load(Ordering::Acquire));
        let trouble = match ending {
            Ending::Code(0) if count > MOST as u64 => Some(format!("gave {count} answers, more than {MOST}")),
            Ending::Code(0) if time > 0 => None,
            Ending::OutOfTime => Some(format!("not done after {LIMIT} s")),
            ending => Some(ending.to_string()),
        };
        let count = if trouble.is_none() { count as usize } else { 0 };
        let answers =
            report.iter().skip(3).take(count).map(|answer| answer.load(Ordering::Relaxed)).collect();
        let kept_waiting = waited as f64 / time.max(1) as f64;
        Ok(Self { time: time as f64 / 1e6, threads, answers, kept_waiting, trouble })
    }
}

/// Until the child has ended, or is ended; meanwhile counts its threads once a millisecond.
fn watch(child: &Child, threads: &mut usize) -> Ending {
    let begins = now();
    loop {
        if let Some(ending) = child.wait_within(1 * MILLISECOND) {
            return ending;
        }
        *threads = at_once(child.id()).max(*threads);
        if now() - begins > LIMIT * 1_000_000_000 {
            child.kill();
            return Ending::OutOfTime;
        }
    }
}

/// The threads of a process, and the processes that its first thread forked, by the kernel's count; 0 where it does not
/// say.
fn at_once(process: u32) -> usize {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let stat = read("stat");
    // The 20th field of the line, see proc_pid_stat(5).
    let threads =
        stat.rsplit_once(')').and_then(|(_, fields)| fields.split_whitespace().nth(17)?.parse().ok());
    threads.unwrap_or(0) + read(&format!("task/{process}/children")).split_whitespace().count()
}

/// Nanoseconds for which the calling thread has been ready and had no core, by the kernel's count; 0 where it does not say.
fn waited_for_a_core() -> u64 {
    let counts = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    counts.split_whitespace().nth(1).and_then(|count| count.parse().ok()).unwrap_or(0)
}
