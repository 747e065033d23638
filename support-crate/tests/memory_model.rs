//! The model's release and acquire beside loom's: small tests that are known by name in the literature, and which outcomes
//! each of the two finds.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::{Arc, Mutex};

use timelanes::prelude::*;

type Outcomes = BTreeSet<Vec<i64>>;

/// What a thread of a test does: to place 0 or 1, and where what was read is put.
#[derive(Clone, Copy)]
enum Act {
    Store(usize, i64, Ordering),
    Load(usize, usize, Ordering),
    Add(usize, usize, Ordering),
}
use Act::{Add, Load, Store};

/// All outcomes by the model: what the loads and additions read.
fn ours(threads: &'static [&'static [Act]], reads: usize) -> Outcomes {
    let model = model("litmus", move |run| {
        let places = ["x", "y"].map(|name| run.atomic(name, 0_i64));
        let seen: Vec<_> = (0..reads).map(|number| run.seen(&format!("r{number}"), -1_i64)).collect();
        for (number, acts) in threads.iter().enumerate() {
            let seen = seen.clone();
            run.spawn(&format!("t{number}"), async move {
                for act in *acts {
                    match *act {
                        Store(place, value, order) => places[place].store(value, order).await,
                        Load(place, read, order) => seen[read].set(places[place].load(order).await),
                        Add(place, read, order) => seen[read].set(places[place].fetch_add(1, order).await),
                    }
                }
            });
        }
    });
    let all = model.explore().expect("it can be run");
    assert!(all.complete, "{all}");
    let values = |(outcome, _): (String, usize)| {
        outcome.split(", ").map(|word| word.split_once(' ').unwrap().1.parse().unwrap()).collect()
    };
    all.outcomes().into_iter().map(values).collect()
}

/// All outcomes by loom.
fn looms(threads: &'static [&'static [Act]], reads: usize) -> Outcomes {
    let all = Arc::new(Mutex::new(Outcomes::new()));
    let found = Arc::clone(&all);
    loom::model(move || {
        use loom::sync::atomic::AtomicI64;
        let places = loom::sync::Arc::new([AtomicI64::new(0), AtomicI64::new(0)]);
        let run = |places: &[AtomicI64; 2], acts: &'static [Act]| {
            let read = |act: &Act| match *act {
                Store(place, value, order) => {
                    places[place].store(value, order);
                    None
                }
                Load(place, read, order) => Some((read, places[place].load(order))),
                Add(place, read, order) => Some((read, places[place].fetch_add(1, order))),
            };
            acts.iter().filter_map(read).collect::<Vec<_>>()
        };
        // Loom's own thread is the first one: a thread fewer is a tenth of the orders.
        let spawn = |acts: &&'static [Act]| {
            let (places, acts) = (loom::sync::Arc::clone(&places), *acts);
            loom::thread::spawn(move || run(&places, acts))
        };
        let handles: Vec<_> = threads[1..].iter().map(spawn).collect();
        let mut read = vec![run(&places, threads[0])];
        read.extend(handles.into_iter().map(|handle| handle.join().unwrap()));
        let mut seen = vec![-1; reads];
        read.into_iter().flatten().for_each(|(read, value)| seen[read] = value);
        found.lock().unwrap().insert(seen);
    });
    let all = all.lock().unwrap();
    all.clone()
}

fn same(threads: &'static [&'static [Act]], reads: usize) -> Outcomes {
    let (ours, looms) = (ours(threads, reads), looms(threads, reads));
    assert_eq!(ours, looms, "ours, and loom's");
    ours
}

#[test]
fn a_message_behind_a_relaxed_flag_may_be_missed_and_behind_a_released_one_not() {
    let missed = vec![1, 0];
    let relaxed = same(
        &[&[Store(0, 1, Relaxed), Store(1, 1, Relaxed)], &[Load(1, 0, Relaxed), Load(0, 1, Relaxed)]],
        2,
    );
    assert!(relaxed.contains(&missed));
    let released = same(
        &[&[Store(0, 1, Relaxed), Store(1, 1, Release)], &[Load(1, 0, Acquire), Load(0, 1, Relaxed)]],
        2,
    );
    assert!(!released.contains(&missed) && released.len() == 3);
    let only_released = same(
        &[&[Store(0, 1, Relaxed), Store(1, 1, Release)], &[Load(1, 0, Relaxed), Load(0, 1, Relaxed)]],
        2,
    );
    let only_acquired = same(
        &[&[Store(0, 1, Relaxed), Store(1, 1, Relaxed)], &[Load(1, 0, Acquire), Load(0, 1, Relaxed)]],
        2,
    );
    assert!(only_released.contains(&missed) && only_acquired.contains(&missed));
}

#[test]
fn each_may_miss_the_other_s_store_unless_all_is_sequentially_consistent() {
    let missed = vec![0, 0];
    let relaxed = same(
        &[&[Store(0, 1, Relaxed), Load(1, 0, Relaxed)], &[Store(1, 1, Relaxed), Load(0, 1, Relaxed)]],
        2,
    );
    let released = same(
        &[&[Store(0, 1, Release), Load(1, 0, Acquire)], &[Store(1, 1, Release), Load(0, 1, Acquire)]],
        2,
    );
    assert!(relaxed.contains(&missed) && released.contains(&missed));
    // Loom treats SeqCst operations as AcqRel, and says so: here it has no say.
    let sequential =
        ours(&[&[Store(0, 1, SeqCst), Load(1, 0, SeqCst)], &[Store(1, 1, SeqCst), Load(0, 1, SeqCst)]], 2);
    assert!(!sequential.contains(&missed) && sequential.len() == 3);
}

#[test]
fn nobody_reads_one_place_backwards() {
    let read = same(
        &[&[Store(0, 1, Relaxed), Store(0, 2, Relaxed)], &[Load(0, 0, Relaxed), Load(0, 1, Relaxed)]],
        2,
    );
    assert!(read.iter().all(|seen| seen[0] <= seen[1]) && read.len() == 6, "{read:?}");
}

#[test]
fn additions_lose_nothing_however_relaxed_and_pass_on_what_was_released_before_them() {
    let added = same(&[&[Add(0, 0, Relaxed)], &[Add(0, 1, Relaxed)], &[Add(0, 2, Relaxed)]], 3);
    assert!(added.iter().all(|seen| seen.iter().sum::<i64>() == 3) && added.len() == 6, "{added:?}");
    // t0 releases y; t1 adds to it, relaxed; who acquires 2 from t1 has what t0 stored before.
    let passed: &[&[Act]] = &[
        &[Store(0, 1, Relaxed), Store(1, 1, Release)],
        &[Add(1, 0, Relaxed)],
        &[Load(1, 1, Acquire), Load(0, 2, Relaxed)],
    ];
    let passed = same(passed, 3);
    assert!(!passed.contains(&vec![1, 2, 0]) && passed.contains(&vec![1, 2, 1]), "{passed:?}");
}

#[test]
fn what_was_acquired_is_passed_on_by_the_next_release() {
    let chain: &[&[Act]] = &[
        &[Store(0, 1, Relaxed), Store(1, 1, Release)],
        &[Load(1, 0, Acquire), Add(1, 1, AcqRel)],
        &[Load(1, 2, Acquire), Load(0, 3, Relaxed)],
    ];
    let chain = ours(chain, 4);
    assert!(
        chain.iter().all(|seen| !(seen[2] >= 1 && seen[1] == 1 && seen[2] == 2 && seen[3] == 0)),
        "{chain:?}"
    );
}
