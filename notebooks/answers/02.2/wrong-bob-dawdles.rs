// Bob waits until the oven is free: not blocked, and no sooner done.
// says: nobody is to stand about
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
        lane.wait("dawdles", 4.2 * MINUTE);
        bob_bakes(lane);
        lane.wait("washes up", 5 * MINUTE);
    });
})?;
bakery.figure()
