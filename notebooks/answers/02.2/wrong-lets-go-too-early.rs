// The oven is given back before the cake is baked.
// says: while they have the oven
let bakery = record("one oven for two").threads(|run| {
    let oven = run.mutex("oven", ());
    let bakes = move |lane: &LaneWriter| {
        let alone = oven.lock(lane);
        drop(alone);
        lane.wait("bakes", 4 * MINUTE);
    };
    let bob_bakes = bakes.clone();
    run.spawn("Ada", move |lane| {
        bakes(lane);
        lane.wait("washes up", 5 * MINUTE);
    });
    run.spawn("Bob", move |lane| {
        bob_bakes(lane);
        lane.wait("washes up", 5 * MINUTE);
    });
})?;
bakery.figure()
