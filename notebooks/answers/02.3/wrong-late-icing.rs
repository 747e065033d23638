// The icing begins long after the cake is baked.
// says: less than 14 minutes
let one_cake = record("one cake").threads(|run| {
    let baked = run.spawn("cake", |lane| {
        lane.wait("mix", 4 * MINUTE);
        lane.wait("bake", 6 * MINUTE);
    });
    let clock = run.lane("clock");
    clock.wait("remembers the icing late", 20 * MINUTE);
    let iced = run.spawn("icing", |lane| lane.wait("icing", 5 * MINUTE));
    baked.join();
    iced.join();
    run.spawn("decoration", |lane| lane.wait("decorate", 2 * MINUTE)).join();
})?;
one_cake.figure()
