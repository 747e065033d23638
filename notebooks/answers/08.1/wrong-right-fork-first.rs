// "Left first deadlocks, so right first does not": the circle the other way round.
// says: orders that close a circle
fn feast(names: &[&'static str]) -> Timeline {
    let run = record("one order for all").within(2_000 * MILLISECOND).threads(|run| {
        let count = names.len();
        let forks: Vec<_> = (0..count).map(|seat| run.mutex(format!("fork {seat}"), ())).collect();
        for (seat, name) in names.iter().enumerate() {
            let (left, right) = (seat, (seat + 1) % count);
            let (first, second) = (forks[right].clone(), forks[left].clone());
            run.spawn(*name, move |lane| {
                let _first = first.lock(lane);
                lane.wait("thinks", 20 * MILLISECOND);
                let _second = second.lock(lane);
                lane.wait("eats", 10 * MILLISECOND);
            });
        }
    });
    run.kept()
}
feast(&["ada", "bob", "cem"]).figure()
