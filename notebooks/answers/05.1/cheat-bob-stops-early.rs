// "If bob stops at half time, he has half."
// says: want the core all the time
let my_share = 20.0; // percent of the core for bob
let halved = record("half for bob").on_core(last).threads(|run| {
    for (name, steps) in [("ada", 0), ("bob", 0), ("cem", 0)] {
        run.spawn(name, move |lane| while lane.elapsed() < if name == "bob" { 400 } else { 800 } * MILLISECOND { lane.step() }).nice(steps);
    }
})?;
halved.figure().with_guess("share of bob", my_share, halved.share("bob")?, "%")
