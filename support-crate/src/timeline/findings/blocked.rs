//! A long poll, and those it held up. A thread that polls one task polls no other, and looks at no timer and no socket.
//!
//! Held up is a task whose next poll was on the same thread, after the long one, and which
//! - had been woken while the long poll went on, or before: it stood in that thread's queue. On several workers it may
//!   have stood in the slot for the task woken last, which no other worker takes from;
//! - or was woken by the thread itself right after the long poll: its timer was due, or its socket ready, and nobody
//!   looked. When exactly is not known, so it was held up for *at most* as long as the long poll and its own waiting
//!   overlap.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::{Finding, Warn, at};
use crate::timeline::polls::Workers;
use crate::timeline::{Activity, ArrowKind, Poll, Span, Timeline};

/// A wake this soon after the long poll, in nanoseconds, is the first look at the timers after it.
const RIGHT_AFTER: u64 = 1_000_000;

/// "blocked the loop".
pub struct Blocked {
    /// From how many nanoseconds on a poll is long.
    pub long: u64,
}

/// A long poll; lanes go by their numbers.
struct Long {
    thread: usize,
    task: usize,
    start: u64,
    end: u64,
    /// Whom it held up, and for how long at the most.
    victims: BTreeMap<usize, u64>,
}

impl Warn for Blocked {
    fn name(&self) -> &'static str {
        "blocked the loop"
    }

    fn check(&self, run: &Timeline) -> Vec<Finding> {
        let on = Threads::of(run);
        let mut long = self.long_polls(run, &on.workers);
        if !long.is_empty() {
            run.tasks().for_each(|task| self.hold_up(run, task, &on, &mut long));
        }
        long.retain(|poll| !poll.victims.is_empty());
        let mut by_task = BTreeMap::<usize, Vec<Long>>::new();
        long.into_iter().for_each(|poll| by_task.entry(poll.task).or_default().push(poll));
        let mut guilty: Vec<(usize, Vec<Long>)> = by_task.into_iter().collect();
        guilty.sort_by_key(|(_, polls)| Reverse(polls.iter().map(|poll| poll.end - poll.start).sum::<u64>()));
        guilty.into_iter().map(|(task, polls)| self.finding(run, task, &polls)).collect()
    }
}

/// The threads that polled, and what they had to do with which task.
struct Threads {
    workers: Workers,
    /// By the woken task and the moment of the wake, where it was no task's poll that woke it.
    woke: HashMap<(usize, u64), usize>,
}

impl Threads {
    fn of(run: &Timeline) -> Self {
        let workers = Workers::of(run);
        let wakes = run.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Wake);
        let by_thread = wakes.filter(|arrow| workers.lanes.contains(&arrow.from.0));
        let woke = by_thread.map(|arrow| (arrow.to, arrow.from.0)).collect();
        Self { workers, woke }
    }
}

impl Blocked {
    /// Every long poll of a task's by a thread, in order.
    fn long_polls(&self, run: &Timeline, workers: &Workers) -> Vec<Long> {
        let of = |task: usize| {
            let polls = run.lanes[task].polls().filter(|poll| poll.length() >= self.long);
            polls.filter_map(move |Poll { start, end }| {
                let thread = workers.polled(Poll { start, end })?;
                Some(Long { thread, task, start, end, victims: BTreeMap::new() })
            })
        };
        let mut long: Vec<Long> = run.tasks().flat_map(of).collect();
        long.sort_by_key(|poll| poll.start);
        long
    }

    /// Finds the long polls that held `task` up, wait by wait.
    fn hold_up(&self, run: &Timeline, task: usize, on: &Threads, long: &mut [Long]) {
        let spans: Vec<&Span> = run.lanes[task].spans().iter().filter(|span| span.depth == 0).collect();
        for (number, ready) in spans.iter().enumerate().filter(|(_, span)| span.activity == Activity::Ready) {
            let next = spans.get(number + 1).filter(|next| next.activity == Activity::Running);
            let thread = match next {
                Some(poll) => on.workers.polled(Poll { start: poll.start, end: poll.end }),
                // Never polled again: where there is one thread, it stood in that one's queue.
                None => on.workers.lanes.first().copied().filter(|_| on.workers.lanes.len() == 1),
            };
            for poll in long.iter_mut().filter(|poll| Some(poll.thread) == thread && poll.task != task) {
                self.blame(poll, task, ready.start, ready.end);
            }
            let waited = number.checked_sub(1).map(|before| spans[before]);
            if let Some(waited) = waited.filter(|span| span.activity == Activity::Waiting)
                && let Some(thread) = on.woke.get(&(task, ready.start))
            {
                self.before_the_look(task, waited, long.iter_mut().filter(|poll| poll.thread == *thread));
            }
        }
    }

    /// `task` had `waited` until its thread looked: blames the long polls right before that. Where several tasks had
    /// their turn without a look between them, each of them; where the same task comes twice, there was a look.
    fn before_the_look<'long>(
        &self,
        task: usize,
        waited: &Span,
        long: impl DoubleEndedIterator<Item = &'long mut Long>,
    ) {
        let (mut edge, mut blamed) = (waited.end, Vec::new());
        for poll in long.rev().skip_while(|poll| poll.end > waited.end) {
            let again = blamed.contains(&poll.task);
            if again || poll.task == task || edge.saturating_sub(poll.end) >= RIGHT_AFTER {
                break;
            }
            edge = poll.start;
            self.blame(poll, task, waited.start, waited.end);
            blamed.push(poll.task);
        }
    }

    /// `poll` held `task` up, as far as it lies between two moments.
    fn blame(&self, poll: &mut Long, task: usize, from: u64, to: u64) {
        let held = poll.end.min(to).saturating_sub(poll.start.max(from));
        if held >= self.long {
            let most = poll.victims.entry(task).or_default();
            *most = held.max(*most);
        }
    }

    fn finding(&self, run: &Timeline, task: usize, polls: &[Long]) -> Finding {
        let mut held = BTreeMap::<usize, u64>::new();
        for (task, time) in polls.iter().flat_map(|poll| &poll.victims) {
            let most = held.entry(*task).or_default();
            *most = (*most).max(*time);
        }
        let name = |task: usize| run.lanes[task].name.clone();
        let mut victims: Vec<(String, u64)> =
            held.into_iter().map(|(task, time)| (name(task), time)).collect();
        victims.sort_by_key(|(_, time)| Reverse(*time));
        let says = format(run, polls, &victims);
        Finding { warning: self.name(), task: name(task), victims, says }
    }
}

/// "3 polls, the longest of 12.1 ms, on loop at 40.3 ms; held up: heartbeat (up to 12.0 ms)".
fn format(run: &Timeline, polls: &[Long], victims: &[(String, u64)]) -> String {
    const NAMED: usize = 4;
    let Some(longest) = polls.iter().max_by_key(|poll| poll.end - poll.start) else { return String::new() };
    let length = run.unit.write(longest.end - longest.start);
    let polls = match polls.len() {
        1 => format!("a poll of {length}"),
        several => format!("{several} polls, the longest of {length}"),
    };
    let named = |(name, time): &(String, u64)| format!("{name} (up to {})", run.unit.write(*time));
    let mut held: Vec<String> = victims.iter().take(NAMED).map(named).collect();
    if victims.len() > NAMED {
        held.push(format!("{} more", victims.len() - NAMED));
    }
    let (thread, at) = (&run.lanes[longest.thread].name, at(run, longest.start));
    format!("{polls}, on {thread} {at}; held up: {}", held.join(", "))
}
