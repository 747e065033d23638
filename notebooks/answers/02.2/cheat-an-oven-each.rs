// An oven for each of them.
// says: there is to be one oven
let bakery = record("an oven each").threads(|run| {
    for name in ["Ada", "Bob"] {
        let oven = run.mutex("oven", ());
        run.spawn(name, move |lane| {
            let alone = oven.lock(lane);
            lane.wait("bakes", 4 * MINUTE);
            drop(alone);
            lane.wait("washes up", 5 * MINUTE);
        });
    }
})?;
bakery.figure()
