// "He may rest between two orders, with another name for it."
// says: the waiter his pace
let room = 1000;
let rush = record("three tables, then a rush").threads(|run| {
    let (orders, kitchen) = run.sync_channel("orders", room);
    run.spawn("waiter", move |lane| {
        for _table in 0..3 {
            (0..8).for_each(|order| orders.send(lane, order).unwrap());
            lane.wait("walks to the next table", 50 * MILLISECOND);
        }
        lane.mark("the rush");
        for order in 0..60 {
            lane.wait("takes an order", 1 * MILLISECOND); lane.wait("rests", 3 * MILLISECOND);
            orders.send(lane, order).unwrap();
        }
    });
    run.spawn("cook", move |lane| for _order in kitchen.iter(lane) {
        lane.wait("cooks", 3 * MILLISECOND);
    });
})?;
rush.figure()
