// A lock above all forks: only one guest at a time may be taking forks.
fn feast(names: &[&'static str]) -> Timeline {
    let run = record("one order for all").within(2_000 * MILLISECOND).threads(|run| {
        let count = names.len();
        let forks: Vec<_> = (0..count).map(|seat| run.mutex(format!("fork {seat}"), ())).collect();
        let waiter = run.mutex("waiter", ());
        for (seat, name) in names.iter().enumerate() {
            let (left, right) = (seat, (seat + 1) % count);
            let (first, second) = (forks[left].clone(), forks[right].clone());
            let waiter = waiter.clone();
            run.spawn(*name, move |lane| {
                lane.wait("thinks", 20 * MILLISECOND);
                let asked = waiter.lock(lane);
                let _first = first.lock(lane);
                let _second = second.lock(lane);
                drop(asked);
                lane.wait("eats", 10 * MILLISECOND);
            });
        }
    });
    run.kept()
}
feast(&["ada", "bob", "cem"]).figure()
