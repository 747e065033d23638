//! An order of steps as text: the name of a thread for each step, "ada bob ada bob"; "bob:1" reads the value before the
//! newest, as an atomic allows.

use super::execution::Pick;
use super::step::Op;
use super::world::{Next, World};

/// A schedule, as [`parse`] reads it.
pub(super) fn text(picks: &[Pick], names: &[String]) -> String {
    let word = |pick: &Pick| {
        let name = names.get(pick.thread).map_or("?", String::as_str);
        if pick.back == 0 { name.to_owned() } else { format!("{name}:{}", pick.back) }
    };
    picks.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// The pick that the `number`th word names, counted from 1.
///
/// # Errors
/// That it names nobody, or one who is done or blocked, or reads what cannot be read; in words that follow "the schedule".
pub(super) fn pick(world: &World, number: usize, word: &str) -> Result<Pick, String> {
    let (name, back) = word.split_once(':').unwrap_or((word, "0"));
    let names = world.names();
    let Some(thread) = names.threads.iter().position(|thread| thread == name) else {
        let there = names.threads.join(", ");
        return Err(format!(
            "names \"{name}\" in step {number}, and there is no such thread; there are: {there}"
        ));
    };
    let Ok(back) = back.parse::<usize>() else {
        return Err(format!(
            "says \"{word}\" in step {number}; after the colon comes a number: how many values before the newest to read"
        ));
    };
    match world.next(thread) {
        Next::Done => Err(format!("names {name} in step {number}, who is done")),
        Next::Blocked(mutex) => {
            let holder = world.holder(mutex).map_or("nobody", |holder| &names.threads[holder]);
            let mutex = &names.mutexes[mutex];
            Err(format!("names {name} in step {number}, who is blocked: {holder} has the lock \"{mutex}\""))
        }
        Next::Can(_, ways) if back >= ways => Err(format!(
            "lets {name} read {back} before the newest value in step {number}; there {name} may go back by {}",
            ways - 1
        )),
        Next::Can(..) => Ok(Pick { thread, back }),
    }
}

/// Who is not done, and with what they would go on.
pub(super) fn left(world: &World) -> Vec<String> {
    let names = world.names();
    let left = |(thread, name): (usize, &String)| match world.next(thread) {
        Next::Done => None,
        Next::Blocked(mutex) => Some(format!("{name} waits for {}", names.mutexes[mutex])),
        Next::Can(op, _) => Some(format!("{name} would go on with {}", described(world, op))),
    };
    names.threads.iter().enumerate().filter_map(left).collect()
}

/// "total.store(1)".
pub(super) fn described(world: &World, op: Op) -> String {
    let names = world.names();
    match op {
        Op::Access { place, access, .. } => format!("{}.{access}", names.places[place]),
        Op::Lock(mutex) => format!("{}.lock()", names.mutexes[mutex]),
        Op::Unlock(mutex) => format!("{}.unlock()", names.mutexes[mutex]),
    }
}
