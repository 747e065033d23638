// "Then I make ada the nicest, and my order is right."
// says: are to stay as they were
let my_order = ["ada", "bob", "cem", "dot"]; // the longest in the run queue first
let four = record("who is ready for longest?").on_core(last).threads(|run| {
    for (name, steps) in [("ada", 9), ("bob", 4), ("cem", 0)] {
        run.spawn(name, |lane| while lane.elapsed() < 1_000 * MILLISECOND { lane.step() }).nice(steps);
    }
    run.spawn("dot", |lane| while lane.elapsed() < 1_000 * MILLISECOND {
        lane.wait("sleeps", 100 * MILLISECOND);
        for _ in 0..1_000 { lane.step() }
    });
})?;
four.figure()
