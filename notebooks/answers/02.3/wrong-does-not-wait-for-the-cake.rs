// Nothing waits for the cake any more.
// says: decorating is to begin when the cake is baked
let one_cake = record("one cake").threads(|run| {
    run.spawn("cake", |lane| {
        lane.wait("mix", 4 * MINUTE);
        lane.wait("bake", 6 * MINUTE);
    });
    run.spawn("icing", |lane| lane.wait("icing", 5 * MINUTE)).join();
    run.spawn("decoration", |lane| lane.wait("decorate", 2 * MINUTE)).join();
})?;
one_cake.figure()
