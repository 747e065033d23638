// "Bob may sleep for half of the time, then he has half."
// says: nearest to half is wanted
let my_share = 20.0; // percent of the core for bob
let halved = record("half for bob").on_core(last).threads(|run| {
    for (name, steps) in [("ada", 0), ("bob", 0), ("cem", 0)] {
        run.spawn(name, move |lane| while lane.elapsed() < 800 * MILLISECOND {
            if name == "bob" { lane.wait("sleeps", 6 * MILLISECOND) }
            for _ in 0..20_000 { lane.step() }
        }).nice(steps);
    }
})?;
halved.figure().with_guess("share of bob", my_share, halved.share("bob")?, "%")
