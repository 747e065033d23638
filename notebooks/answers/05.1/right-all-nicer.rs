// Only the difference counts: all three are nicer, and bob three steps more.
let my_share = 20.4; // percent of the core for bob
let halved = record("half for bob").on_core(last).threads(|run| {
    for (name, steps) in [("ada", 2), ("bob", 5), ("cem", 2)] {
        run.spawn(name, |lane| while lane.elapsed() < 800 * MILLISECOND { lane.step() }).nice(steps);
    }
})?;
halved.figure().with_guess("share of bob", my_share, halved.share("bob")?, "%")
