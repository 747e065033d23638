//! Threads: how many there may be, what they cost, and what they leave behind.

use std::sync::Mutex;

use timelanes::machine::Limit;
use timelanes::prelude::*;
use timelanes::thread::Memory;

#[test]
fn threads_wait_at_the_same_time_in_their_thousands() {
    let count = Limit::of_threads().count.min(2000);
    let gate = Mutex::new(());
    let mut there = 0;
    let run = record("gate")
        .threads(|run| {
            let closed = gate.lock().unwrap();
            for number in 0..count {
                run.spawn(format!("{number}"), |lane| {
                    drop(lane.during(Waiting, "at the gate", || gate.lock().unwrap()));
                });
            }
            there = Memory::now().threads;
            drop(closed);
        })
        .unwrap();
    assert_eq!(run.lanes.len(), count);
    if cfg!(target_os = "linux") {
        assert!(there as usize > count);
    }
}

#[test]
fn more_threads_than_the_machine_has_room_for_are_refused_and_say_why() {
    let most = Limit::of_threads();
    let refused = cost::thread(most.count * 4 + 1).unwrap_err().to_string();
    assert!(refused.contains("too many threads") && refused.contains(" because "), "{refused}");
    assert!(cost::thread(0).unwrap_err().to_string().contains("1 or more"));
}

#[test]
fn the_cost_of_a_thread_is_measured() {
    let cost = cost::thread(50).unwrap();
    assert!(cost.start > Time::ZERO && cost.start <= cost.whole);
}

#[test]
fn threads_of_a_run_may_borrow_and_give_back() {
    let numbers: Vec<u32> = (1..=1000).collect();
    let mut sum = 0;
    record("halves")
        .threads(|run| {
            let (left, right) = numbers.split_at(500);
            let one = run.spawn("one", |_| left.iter().sum::<u32>());
            let other = run.spawn("other", |_| right.iter().sum::<u32>());
            sum = one.join().unwrap() + other.join().unwrap();
        })
        .unwrap();
    assert_eq!(sum, 500_500);
}
