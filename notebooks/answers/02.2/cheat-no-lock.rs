// If nobody shares the oven, nobody is blocked: the lock deleted.
// says: there is to be one oven
let bakery = record("one oven for two").threads(|run| {
    let bakes = move |lane: &LaneWriter| {
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
