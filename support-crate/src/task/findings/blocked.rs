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
use crate::timeline::{Activity, Arrow, Lane, Span, Timeline};

/// A wake this soon after the long poll, in nanoseconds, is the first look at the timers after it.
const RIGHT_AFTER: u64 = 1_000_000;

/// "blocked the loop".
pub struct Blocked {
    /// From how many nanoseconds on a poll is long.
    pub long: u64,
}

/// A long poll on a thread.
struct Long {
    thread: usize,
    task: String,
    start: u64,
    end: u64,
    /// Whom it held up, and for how long at the most.
    victims: BTreeMap<String, u64>,
}

impl Warn for Blocked {
    fn name(&self) -> &'static str {
        "blocked the loop"
    }

    fn check(&self, run: &Timeline) -> Vec<Finding> {
        let on = Threads::of(run);
        let mut long = self.long_polls(&on.lanes);
        if !long.is_empty() {
            run.tasks().for_each(|task| self.hold_up(task, &on, &mut long));
        }
        long.retain(|poll| !poll.victims.is_empty());
        let mut by_task = BTreeMap::<String, Vec<Long>>::new();
        long.into_iter().for_each(|poll| by_task.entry(poll.task.clone()).or_default().push(poll));
        let mut guilty: Vec<(String, Vec<Long>)> = by_task.into_iter().collect();
        guilty.sort_by_key(|(_, polls)| Reverse(polls.iter().map(|poll| poll.end - poll.start).sum::<u64>()));
        guilty.into_iter().map(|(task, polls)| self.finding(run, &on.lanes, task, &polls)).collect()
    }
}

/// The lanes of threads, and what they had to do with which task.
struct Threads<'run> {
    lanes: Vec<&'run Lane>,
    /// By the moment a poll began, which both lanes were given, and the task's name.
    polled: HashMap<(u64, &'run str), usize>,
    /// By the moment of a wake and the woken task's name, where it was no task's poll that woke it.
    woke: HashMap<(u64, &'run str), usize>,
}

impl<'run> Threads<'run> {
    fn of(run: &'run Timeline) -> Self {
        let (lanes, mut polled) = (run.threads(), HashMap::new());
        for (number, lane) in lanes.iter().enumerate() {
            polled.extend(running(lane).map(|span| ((span.start, lane.label(span)), number)));
        }
        let thread = |lane: &Lane| lanes.iter().position(|thread| std::ptr::eq(*thread, lane));
        let numbers: Vec<Option<usize>> = run.lanes.iter().map(thread).collect();
        let wake = |arrow: &'run Arrow| {
            let woken = run.lanes.get(arrow.to.0)?;
            Some(((arrow.to.1, woken.name.as_str()), (*numbers.get(arrow.from.0)?)?))
        };
        let woke = run.arrows.iter().filter_map(wake).collect();
        Self { lanes, polled, woke }
    }

    fn polled(&self, task: &'run str, moment: u64) -> Option<usize> {
        self.polled.get(&(moment, task)).copied()
    }

    fn woke(&self, task: &'run str, moment: u64) -> Option<usize> {
        self.woke.get(&(moment, task)).copied()
    }
}

fn running(lane: &Lane) -> impl Iterator<Item = &Span> {
    lane.spans().iter().filter(|span| span.activity == Activity::Running)
}

impl Blocked {
    /// Every long poll, thread by thread, in order.
    fn long_polls(&self, threads: &[&Lane]) -> Vec<Long> {
        let mut long = Vec::new();
        for (thread, lane) in threads.iter().enumerate() {
            for span in running(lane).filter(|span| span.length() >= self.long) {
                let task = lane.label(span).to_owned();
                long.push(Long { thread, task, start: span.start, end: span.end, victims: BTreeMap::new() });
            }
        }
        long
    }

    /// Finds the long polls that held `task` up, wait by wait.
    fn hold_up<'run>(&self, task: &'run Lane, on: &Threads<'run>, long: &mut [Long]) {
        let spans: Vec<&Span> = task.spans().iter().filter(|span| span.depth == 0).collect();
        for (number, ready) in spans.iter().enumerate().filter(|(_, span)| span.activity == Activity::Ready) {
            let next = spans.get(number + 1).filter(|next| next.activity == Activity::Running);
            let thread = match next {
                Some(poll) => on.polled(&task.name, poll.start),
                // Never polled again: where there is one thread, it stood in that one's queue.
                None => (on.lanes.len() == 1).then_some(0),
            };
            for poll in long.iter_mut().filter(|poll| Some(poll.thread) == thread && poll.task != task.name) {
                self.blame(poll, task, ready.start, ready.end);
            }
            let waited = number.checked_sub(1).map(|before| spans[before]);
            if let Some(waited) = waited.filter(|span| span.activity == Activity::Waiting)
                && let Some(thread) = on.woke(&task.name, ready.start)
            {
                self.before_the_look(task, waited, long.iter_mut().filter(|poll| poll.thread == thread));
            }
        }
    }

    /// `task` had `waited` until its thread looked: blames the long polls right before that. Where several tasks had
    /// their turn without a look between them, each of them; where the same task comes twice, there was a look.
    fn before_the_look<'long>(
        &self,
        task: &Lane,
        waited: &Span,
        long: impl DoubleEndedIterator<Item = &'long mut Long>,
    ) {
        let (mut edge, mut blamed) = (waited.end, Vec::<&str>::new());
        for poll in long.rev().skip_while(|poll| poll.end > waited.end) {
            let again = blamed.contains(&poll.task.as_str());
            if again || poll.task == task.name || edge.saturating_sub(poll.end) >= RIGHT_AFTER {
                break;
            }
            edge = poll.start;
            self.blame(poll, task, waited.start, waited.end);
            blamed.push(&poll.task);
        }
    }

    /// `poll` held `task` up, as far as it lies between two moments.
    fn blame(&self, poll: &mut Long, task: &Lane, from: u64, to: u64) {
        let held = poll.end.min(to).saturating_sub(poll.start.max(from));
        if held >= self.long {
            let most = poll.victims.entry(task.name.clone()).or_default();
            *most = held.max(*most);
        }
    }

    fn finding(&self, run: &Timeline, threads: &[&Lane], task: String, polls: &[Long]) -> Finding {
        let mut held = BTreeMap::<&str, u64>::new();
        for (name, time) in polls.iter().flat_map(|poll| &poll.victims) {
            let most = held.entry(name).or_default();
            *most = (*most).max(*time);
        }
        let mut victims: Vec<(String, u64)> =
            held.into_iter().map(|(name, time)| (name.to_owned(), time)).collect();
        victims.sort_by_key(|(_, time)| Reverse(*time));
        let says = format(run, threads, polls, &victims);
        Finding { warning: self.name(), task, victims, says }
    }
}

/// "3 polls, the longest 12.1 ms, on loop at 40.3 ms; held up: heartbeat (up to 12.0 ms)".
fn format(run: &Timeline, threads: &[&Lane], polls: &[Long], victims: &[(String, u64)]) -> String {
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
    let (thread, at) = (&threads[longest.thread].name, at(run, longest.start));
    format!("{polls}, on {thread} {at}; held up: {}", held.join(", "))
}
