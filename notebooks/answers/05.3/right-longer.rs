// The same for half a second more.
let my_order = ["cem", "bob", "ada", "dot"]; // the longest in the run queue first
let four = record("who is ready for longest?").on_core(last).threads(|run| {
    for (name, steps) in [("ada", 0), ("bob", 4), ("cem", 9)] {
        run.spawn(name, |lane| while lane.elapsed() < 1_500 * MILLISECOND { lane.step() }).nice(steps);
    }
    run.spawn("dot", |lane| while lane.elapsed() < 1_500 * MILLISECOND {
        lane.wait("sleeps", 100 * MILLISECOND);
        for _ in 0..1_000 { lane.step() }
    });
})?;
four.figure()
