// "I join each of them, then nobody is in the way": the table is empty but for one.
// says: not one after another
fn feast(names: &[&'static str]) -> Timeline {
    let run = record("one order for all").within(2_000 * MILLISECOND).threads(|run| {
        let count = names.len();
        let forks: Vec<_> = (0..count).map(|seat| run.mutex(format!("fork {seat}"), ())).collect();
        for (seat, name) in names.iter().enumerate() {
            let (left, right) = (seat, (seat + 1) % count);
            let (first, second) = (forks[left].clone(), forks[right].clone());
            run.spawn(*name, move |lane| {
                let _first = first.lock(lane);
                lane.wait("thinks", 20 * MILLISECOND);
                let _second = second.lock(lane);
                lane.wait("eats", 10 * MILLISECOND);
            })
            .join();
        }
    });
    run.kept()
}
feast(&["ada", "bob", "cem"]).figure()
