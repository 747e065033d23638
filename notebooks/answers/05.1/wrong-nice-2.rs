// "Twice as nice is half as much."
// says: nearest to half is wanted
let my_share = 20.0; // percent of the core for bob
let halved = record("half for bob").on_core(last).threads(|run| {
    for (name, steps) in [("ada", 0), ("bob", 2), ("cem", 0)] {
        run.spawn(name, |lane| while lane.elapsed() < 800 * MILLISECOND { lane.step() }).nice(steps);
    }
})?;
halved.figure().with_guess("share of bob", my_share, halved.share("bob")?, "%")
