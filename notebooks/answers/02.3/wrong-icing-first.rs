// The icing before the cake, and still in a row.
// says: less than 14 minutes
let one_cake = record("one cake").threads(|run| {
    run.spawn("icing", |lane| lane.wait("icing", 5 * MINUTE)).join();
    run.spawn("cake", |lane| {
        lane.wait("mix", 4 * MINUTE);
        lane.wait("bake", 6 * MINUTE);
    }).join();
    run.spawn("decoration", |lane| lane.wait("decorate", 2 * MINUTE)).join();
})?;
one_cake.figure()
