// The others are made nicer, so bob has twice as much instead of half.
// says: bob is to have half as much
let my_share = 20.0; // percent of the core for bob
let halved = record("half for bob").on_core(last).threads(|run| {
    for (name, steps) in [("ada", 3), ("bob", 0), ("cem", 3)] {
        run.spawn(name, |lane| while lane.elapsed() < 800 * MILLISECOND { lane.step() }).nice(steps);
    }
})?;
halved.figure().with_guess("share of bob", my_share, halved.share("bob")?, "%")
