// Both wash up first, and meet at the oven later.
// says: not to want the oven at the same time
let bakery = record("one oven for two").threads(|run| {
    let oven = run.mutex("oven", ());
    let bakes = move |lane: &LaneWriter| {
        let alone = oven.lock(lane);
        lane.wait("bakes", 4 * MINUTE);
        drop(alone);
    };
    let bob_bakes = bakes.clone();
    run.spawn("Ada", move |lane| {
        lane.wait("washes up", 5 * MINUTE);
        bakes(lane);
    });
    run.spawn("Bob", move |lane| {
        lane.wait("washes up", 5 * MINUTE);
        bob_bakes(lane);
    });
})?;
bakery.figure()
