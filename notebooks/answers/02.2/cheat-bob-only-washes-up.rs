// Bob leaves the baking to Ada.
// says: each is to bake for 4 minutes
let bakery = record("one oven for two").threads(|run| {
    let oven = run.mutex("oven", ());
    let bakes = move |lane: &LaneWriter| {
        let alone = oven.lock(lane);
        lane.wait("bakes", 4 * MINUTE);
        drop(alone);
    };
    let bob_bakes = bakes.clone();
    run.spawn("Ada", move |lane| {
        bakes(lane);
        lane.wait("washes up", 5 * MINUTE);
    });
    run.spawn("Bob", move |lane| {
        lane.wait("washes up", 5 * MINUTE);
        drop(bob_bakes);
    });
})?;
bakery.figure()
