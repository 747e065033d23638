// "Dot waits nearly all the time."
// says: your order was dot, cem, bob, ada
let my_order = ["dot", "cem", "bob", "ada"]; // the longest in the run queue first
let four = record("who is ready for longest?").on_core(last).threads(|run| {
    for (name, steps) in [("ada", 0), ("bob", 4), ("cem", 9)] {
        run.spawn(name, |lane| while lane.elapsed() < 1_000 * MILLISECOND { lane.step() }).nice(steps);
    }
    run.spawn("dot", |lane| while lane.elapsed() < 1_000 * MILLISECOND {
        lane.wait("sleeps", 100 * MILLISECOND);
        for _ in 0..1_000 { lane.step() }
    });
})?;
four.figure()
