//! Locks of a run: who is blocked, who holds, and what is left of a deadlock.

use std::sync::Barrier;

use timelanes::prelude::*;

#[test]
fn a_lock_is_held_by_one_at_a_time_and_who_waits_is_blocked_on_it() {
    let run = record("one oven").threads(|run| {
        let oven = run.mutex("oven", 0);
        let (tell, told) = std::sync::mpsc::channel();
        let own = oven.clone();
        run.spawn("ada", move |lane| {
            let mut cakes = own.lock(lane);
            tell.send(()).unwrap();
            lane.wait("bakes", 300 * MILLISECOND);
            *cakes += 1;
        });
        run.spawn("bob", move |lane| {
            told.recv().unwrap();
            *oven.lock(lane) += 1;
        });
    });
    let run = run.unwrap();
    let holds: Vec<_> = ["ada", "bob"].map(|name| run.lane(name).unwrap().holds[0]).to_vec();
    assert!(holds.iter().all(|hold| hold.ended));
    assert!(holds[0].end <= holds[1].start || holds[1].end <= holds[0].start);
    let bob = run.lane("bob").unwrap();
    let span = bob.spans().iter().find(|span| span.activity == Blocked).expect("bob came second");
    assert_eq!(run.holders(span.lock.unwrap(), span.start..span.end), ["ada"]);
}

#[test]
fn a_deadlock_ends_at_the_limit_keeps_its_recording_and_names_the_circle() {
    let names = ["ada", "bob", "cem"];
    let begun = std::time::Instant::now();
    let run = record("philosophers").within(100 * MILLISECOND).threads(|run| {
        let forks = names.map(|name| run.mutex(format!("{name}'s fork"), ()));
        let all_reach = std::sync::Arc::new(Barrier::new(names.len()));
        for (index, name) in names.into_iter().enumerate() {
            let (own, next) = (forks[index].clone(), forks[(index + 1) % names.len()].clone());
            let all_reach = all_reach.clone();
            run.spawn(name, move |lane| {
                let _own = own.lock(lane);
                all_reach.wait();
                let _next = next.lock(lane);
                lane.mark("eats");
            });
        }
    });
    assert!(begun.elapsed().as_secs() < 10);
    let failed = run.unwrap_err();
    let said = failed.to_string();
    assert!(said.contains("deadlock") && said.contains("waits for ada's fork, which ada holds"), "{said}");
    let table = Err::<Timeline, _>(failed).kept();
    let circle = table.deadlock().expect("a circle");
    assert_eq!(circle.len(), names.len());
    for lane in &table.lanes {
        assert!(lane.notes().next().is_none(), "nobody is let through when another is ended");
        assert!(!lane.holds[0].ended && lane.spans().last().is_some_and(|span| !span.ended));
    }
}

#[test]
fn a_lock_that_is_held_when_its_holder_panics_is_let_go() {
    let run = record("panic").threads(|run| {
        let oven = run.mutex("oven", ());
        let own = oven.clone();
        run.spawn("ada", move |lane| {
            let _held = own.lock(lane);
            panic!("burnt");
        })
        .join();
        run.spawn("bob", move |lane| drop(oven.lock(lane)));
    });
    let run = run.kept();
    assert!(run.fault.as_ref().is_some_and(|fault| fault.to_string().contains("burnt")));
    assert!(run.lanes.iter().all(|lane| lane.holds.len() == 1 && lane.holds[0].ended));
}

#[test]
fn who_takes_a_lock_twice_waits_for_itself_and_is_named() {
    let run = record("twice").within(60 * MILLISECOND).threads(|run| {
        let oven = run.mutex("oven", ());
        run.spawn("ada", move |lane| {
            let _held = oven.lock(lane);
            assert!(oven.try_lock(lane).is_none());
            let _again = oven.lock(lane);
        });
    });
    let said = run.unwrap_err().to_string();
    assert!(said.contains("a deadlock: ada waits for oven, which ada holds already"), "{said}");
}

#[test]
fn a_panic_while_holding_poisons_the_lock_and_both_lane_and_lock_say_so() {
    let poisoned = std::sync::Mutex::new((false, 0));
    let run = record("poison").threads(|run| {
        let oven = run.mutex("oven", 1);
        let own = oven.clone();
        run.spawn("ada", move |lane| {
            *own.lock(lane) += 1;
            assert!(!own.is_poisoned());
            *own.lock(lane) += 1;
            let _held = own.lock(lane);
            panic!("burnt");
        })
        .join();
        let poisoned = &poisoned;
        run.spawn("bob", move |lane| *poisoned.lock().unwrap() = (oven.is_poisoned(), *oven.lock(lane)));
    });
    let run = run.kept();
    assert_eq!(poisoned.into_inner().unwrap(), (true, 3), "bob gets the lock and the value all the same");
    let notes: Vec<_> = run.lane("ada").unwrap().notes().map(|mark| mark.label.clone()).collect();
    assert_eq!(notes, ["poisons oven"]);
}

#[test]
fn many_threads_count_to_the_right_total_and_no_ring_is_missed() {
    const TIMES: usize = 20_000;
    let total = std::sync::Mutex::new(0);
    let begun = std::time::Instant::now();
    let run = record("counting").threads(|run| {
        let count = run.mutex("count", 0);
        let threads = ["a", "b", "c", "d"].map(|name| {
            let count = count.clone();
            run.spawn(name, move |lane| (0..TIMES).for_each(|_| *count.lock(lane) += 1))
        });
        threads.into_iter().for_each(|thread| _ = thread.join());
        *total.lock().unwrap() = std::sync::Arc::into_inner(count).unwrap().into_inner();
    });
    let run = run.unwrap();
    assert_eq!(total.into_inner().unwrap(), 4 * TIMES);
    let holds: usize = run.lanes.iter().map(|lane| lane.holds.len()).sum();
    assert_eq!(holds, 4 * TIMES);
    assert!(begun.elapsed().as_secs() < 15, "nobody sleeps through a ring");
}

#[test]
fn readers_hold_together_and_a_writer_alone() {
    let together = Barrier::new(2);
    let (come, came) = std::sync::mpsc::channel();
    let run = record("menu").threads(|run| {
        let menu = run.rwlock("menu", 1);
        for name in ["ada", "bob"] {
            let (menu, together, come) = (menu.clone(), &together, come.clone());
            run.spawn(name, move |lane| {
                let read = menu.read(lane);
                // Both are inside at once, or this never ends.
                together.wait();
                come.send(()).unwrap();
                lane.wait("reads", 20 * MILLISECOND);
                assert_eq!(*read, 1);
            });
        }
        run.spawn("cem", move |lane| {
            // Both read by now, or will: the barrier keeps them inside.
            came.recv().unwrap();
            *menu.write(lane) += 1;
        });
    });
    let run = run.unwrap();
    let cem = run.lane("cem").unwrap();
    let wrote = cem.holds[0];
    let reads = || ["ada", "bob"].map(|name| run.lane(name).unwrap().holds[0]);
    assert!(!wrote.shared && reads().iter().all(|read| read.shared && read.end <= wrote.start));
    assert!(reads()[0].start < reads()[1].end && reads()[1].start < reads()[0].end);
}

#[test]
fn a_condition_variable_lets_go_of_the_lock_and_says_who_notified() {
    let run = record("soup").threads(|run| {
        let (pot, served) = (run.mutex("pot", 0), run.condvar("soup"));
        for name in ["bob", "cem"] {
            let (pot, served) = (pot.clone(), served.clone());
            run.spawn(name, move |lane| {
                let mut bowls = served.wait_while(pot.lock(lane), |bowls| *bowls == 0);
                *bowls -= 1;
            });
        }
        run.spawn("ada", move |lane| {
            for _ in 0..2 {
                lane.wait("cooks", 10 * MILLISECOND);
                *pot.lock(lane) += 1;
                served.notify_one(lane);
            }
        });
    });
    let run = run.unwrap();
    for name in ["bob", "cem"] {
        let lane = run.lane(name).unwrap();
        assert!(lane.holds.iter().all(|hold| hold.ended));
        let waited = lane.spans().iter().filter(|span| span.activity == Waiting);
        assert!(
            waited
                .clone()
                .all(|wait| lane.holds.iter().all(|hold| hold.end <= wait.start || hold.start >= wait.end))
        );
        for wait in waited {
            let mut woken = run.arrows.iter().filter(|arrow| run.lanes[arrow.to.0].name == name);
            assert!(woken.any(|arrow| (wait.start..=wait.end).contains(&arrow.to.1)
                && run.lanes[arrow.from.0].name == "ada"));
        }
    }
}

#[test]
fn who_is_never_notified_ends_at_the_limit_and_is_named() {
    let begun = std::time::Instant::now();
    let run = record("nobody calls").within(60 * MILLISECOND).threads(|run| {
        let (pot, served) = (run.mutex("pot", 0), run.condvar("soup"));
        run.spawn("bob", move |lane| drop(served.wait_while(pot.lock(lane), |bowls| *bowls == 0)));
    });
    assert!(begun.elapsed().as_secs() < 10);
    let said = run.clone().unwrap_err().to_string();
    assert!(said.contains("bob waits for soup, and nobody notifies it"), "{said}");
    assert!(run.kept().lane("bob").unwrap().spans().last().is_some_and(|span| !span.ended));
}

#[test]
fn who_reads_twice_waits_for_a_writer_who_waits_for_the_reader() {
    let run = record("reads twice").within(200 * MILLISECOND).threads(|run| {
        let menu = run.rwlock("menu", ());
        let own = menu.clone();
        let (tell, told) = std::sync::mpsc::channel();
        run.spawn("ada", move |lane| {
            let _first = own.read(lane);
            tell.send(()).unwrap();
            lane.wait("reads", 60 * MILLISECOND);
            let _second = own.read(lane);
        });
        run.spawn("bob", move |lane| {
            told.recv().unwrap();
            drop(menu.write(lane));
        });
    });
    let said = run.unwrap_err().to_string();
    assert!(
        said.contains("a deadlock") && said.contains("ada waits for menu, which ada holds already"),
        "{said}"
    );
}

#[test]
fn a_run_that_went_well_still_says_that_its_order_could_deadlock() {
    let dine = |order: [[usize; 2]; 3]| {
        record("one after another").threads(|run| {
            let forks = ["left", "middle", "right"].map(|name| run.mutex(name, ()));
            for (name, [first, second]) in ["ada", "bob", "cem"].into_iter().zip(order) {
                let (first, second) = (forks[first].clone(), forks[second].clone());
                run.spawn(name, move |lane| {
                    let _first = first.lock(lane);
                    let _second = second.lock(lane);
                })
                .join();
            }
        })
    };
    let ring = dine([[0, 1], [1, 2], [2, 0]]).unwrap();
    assert!(ring.deadlock().is_none());
    assert_eq!(ring.could_deadlock().map(|way| way.len()), Some(3));
    assert!(dine([[0, 1], [1, 2], [0, 2]]).unwrap().could_deadlock().is_none());
}

#[test]
fn no_philosophers_and_a_negative_time_are_no_trouble() {
    let nobody = record("nobody").threads(|_| ()).unwrap();
    assert!(
        nobody.deadlock().is_none() && nobody.could_deadlock().is_none() && nobody.waits_for(0).is_empty()
    );
    assert!(nobody.figure().html().contains("svg"));
    let before = record("too late").within(-1 * SECOND).threads(|run| {
        run.mutex("oven", ());
    });
    assert!(before.unwrap_err().to_string().contains("zero or more"));
}
