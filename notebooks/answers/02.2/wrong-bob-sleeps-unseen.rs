// "Bob sleeps in, then washes up, then bakes": what he does not record, nobody sees.
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
        std::thread::sleep(std::time::Duration::from_millis(45));
        lane.wait("washes up", 5 * MINUTE);
        bob_bakes(lane);
    });
})?;
bakery.figure()
