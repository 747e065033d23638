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
