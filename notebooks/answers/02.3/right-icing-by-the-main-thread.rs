// The thread that starts the others makes the icing itself.
let one_cake = record("one cake").threads(|run| {
    let baked = run.spawn("cake", |lane| {
        lane.wait("mix", 4 * MINUTE);
        lane.wait("bake", 6 * MINUTE);
    });
    run.lane("icing").wait("icing", 5 * MINUTE);
    baked.join();
    run.spawn("decoration", |lane| lane.wait("decorate", 2 * MINUTE)).join();
})?;
one_cake.figure()
