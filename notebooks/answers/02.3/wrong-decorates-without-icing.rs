// The icing is not waited for; it is made to take longer than the cake, to make it seen.
// says: decorating is to begin when the icing is made
let one_cake = record("one cake").threads(|run| {
    let baked = run.spawn("cake", |lane| {
        lane.wait("mix", 4 * MINUTE);
        lane.wait("bake", 6 * MINUTE);
    });
    run.spawn("icing", |lane| lane.wait("icing", 40 * MINUTE));
    baked.join();
    run.spawn("decoration", |lane| lane.wait("decorate", 2 * MINUTE)).join();
})?;
one_cake.figure()
