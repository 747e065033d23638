//! A played interleaving as a timeline: a lane for each thread, a counter for each thing that is shared, one unit a step.

use std::time::Duration;

use super::play::{Done, End, Play};
use super::step::{Access, Op};
use super::world::{Names, Next, World};
use crate::time::Unit;
use crate::timeline::{Activity, Counter, Hold, Lane, LaneKind, Mark, MarkKind, Span, Timeline};

/// A step of a model, which takes no time; on the axis it is one wide.
const STEP: Unit = Unit { name: "step", symbol: "steps", length: Duration::from_micros(1), story: false };
/// Its nanoseconds on the axis, and how much of them stays free, so that two in a row are two.
const WIDE: u64 = 1_000;
const FREE: u64 = 40;

/// What `play` wrote down.
pub(super) fn timeline(title: &str, world: &World, play: &Play<'_>, end: &End) -> Timeline {
    let names = world.names();
    let mut timeline = Timeline::new(title).as_model();
    timeline.locks.clone_from(&names.mutexes);
    let last = play.done.len() as u64 * WIDE;
    for (thread, name) in names.threads.iter().enumerate() {
        let mut lane = Lane::new(name).of_kind(LaneKind::Thread);
        spans(&mut lane, thread, &names, play);
        holds(&mut lane, thread, &play.done);
        ending(&mut lane, thread, play, end, last);
        timeline = timeline.with_lane(lane);
    }
    timeline.counters = counters(&names, play);
    timeline.notes.push(format!(
        "a model: one step is one operation on something shared. In the end: {}",
        if play.done.is_empty() { "nothing was done".to_owned() } else { end.to_string() }
    ));
    timeline.speak(STEP);
    timeline
}

/// Its own steps; between them ready, or blocked on a lock, until it is done.
fn spans(lane: &mut Lane, thread: usize, names: &Names, play: &Play<'_>) {
    let mut from: Option<(u64, Next)> = None;
    let befores = play.done.iter().map(|done| (Some(done), &done.before)).chain([(None, &play.after)]);
    for (number, (done, before)) in befores.enumerate() {
        let now = number as u64 * WIDE;
        let state = before.get(thread).copied().unwrap_or(Next::Done);
        let own = done.filter(|done| done.thread == thread);
        let same = |(_, other): &(u64, Next)| own.is_none() && kind(*other) == kind(state);
        if !from.as_ref().is_some_and(same) {
            if let Some((start, state)) = from.take() {
                rests(lane, start, now, state, names);
            }
            if let Some(done) = own {
                let label = lane.label_index(&label(done, names));
                // Spans come in order, so none is refused.
                let free = if number + 1 < play.done.len() { FREE } else { 0 };
                let _ = lane.push(Span::new(now..now + WIDE - free, Activity::Running, label));
            } else if state != Next::Done {
                from = Some((now, state));
            }
        }
    }
    if let Some((start, state)) = from {
        // What is not over yet is drawn for one more step, so that it can be seen.
        rests(lane, start, (play.done.len() as u64 + 1) * WIDE, state, names);
        if let Next::Blocked(_) = state {
            lane.leaves_open();
        }
    }
}

fn kind(state: Next) -> Option<usize> {
    match state {
        Next::Blocked(mutex) => Some(mutex),
        Next::Can(..) | Next::Done => None,
    }
}

fn rests(lane: &mut Lane, start: u64, end: u64, state: Next, names: &Names) {
    let (activity, label, lock) = match state {
        Next::Blocked(mutex) => {
            (Activity::Blocked, format!("wants {}", names.mutexes[mutex]), Some(mutex as u16))
        }
        Next::Can(..) | Next::Done => (Activity::Ready, String::new(), None),
    };
    if start < end {
        let label = lane.label_index(&label);
        let _ = lane.push(Span { lock, ..Span::new(start..end, activity, label) });
    }
}

/// "load() = 0"; with its place's name where there are several.
fn label(done: &Done, names: &Names) -> String {
    match done.op {
        Op::Access { place, access, .. } => {
            let name =
                if names.places.len() > 1 { format!("{}.", names.places[place]) } else { String::new() };
            let older = if done.back > 0 { " (older)" } else { "" };
            match access {
                Access::Store(_) => format!("{name}{access}"),
                _ => format!("{name}{access} = {}{older}", done.answer),
            }
        }
        Op::Lock(mutex) => format!("{}.lock()", names.mutexes[mutex]),
        Op::Unlock(mutex) => format!("{}.unlock()", names.mutexes[mutex]),
    }
}

/// Which locks it had, from the step that took it to the end of the one that let go.
fn holds(lane: &mut Lane, thread: usize, done: &[Done]) {
    let own = done.iter().enumerate().filter(|(_, done)| done.thread == thread);
    for (number, done) in own {
        let now = number as u64 * WIDE;
        match done.op {
            Op::Lock(mutex) => {
                lane.holds.push(Hold { ended: false, ..Hold::new(mutex as u16, now..0) });
            }
            Op::Unlock(mutex) => {
                let open = lane.holds.iter_mut().rev().find(|hold| hold.lock == mutex as u16 && !hold.ended);
                if let Some(hold) = open {
                    (hold.end, hold.ended) = (now + WIDE, true);
                }
            }
            Op::Access { .. } => {}
        }
    }
    let last = (done.len() as u64 + 1) * WIDE;
    lane.holds.iter_mut().filter(|hold| !hold.ended).for_each(|hold| hold.end = last);
}

/// Who panicked says so.
fn ending(lane: &mut Lane, thread: usize, play: &Play<'_>, end: &End, last: u64) {
    if let (End::Panicked(says), Some(done)) = (end, play.done.last())
        && done.thread == thread
    {
        lane.push_mark(Mark { at: last, kind: MarkKind::Panicked, label: says.clone() });
    }
}

/// What each place held: it changes in the middle of the step that writes it.
fn counters(names: &Names, play: &Play<'_>) -> Vec<Counter> {
    let counter = |(place, name): (usize, &String)| {
        let mut points = vec![(0, play.first.get(place).copied().unwrap_or(0) as f64)];
        for (number, done) in play.done.iter().enumerate() {
            let value = done.values.get(place).map_or(points[points.len() - 1].1, |value| *value as f64);
            if value != points[points.len() - 1].1 {
                points.push((number as u64 * WIDE + WIDE / 2, value));
            }
        }
        Counter { name: name.clone(), unit: String::new(), points }
    };
    names.places.iter().enumerate().map(counter).collect()
}
