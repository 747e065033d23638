// Says after each piece that it is alive, so the lease need not be as long as all of a cake with all that the disk does.
let lease = 700 * MILLISECOND;
let rush = TaskQueue::new()?;
for dish in ["cake", "soup", "cake", "tea", "rice"] { rush.push(dish)?; }
let hurried = record("a rush").within(5_000 * MILLISECOND).processes(|run| {
    let parent = run.lane("parent");
    let cook = |lane: &LaneWriter| while let Some(order) = rush.claim(lane, lease) {
        let pieces = if order.payload == "cake" { 12 } else { 2 };
        for _ in 0..pieces {
            lane.wait(&format!("cooks {order}"), 20 * MILLISECOND);
            rush.extend(lane, &order, lease);
        }
        lane.mark(&format!("serves {order}"));
        rush.acknowledge(lane, &order);
    };
    let bob = run.fork("bob", cook);
    rush.watch(&parent, |row| row.worker == "bob");
    parent.wait("lets him cook", 30 * MILLISECOND);
    bob.kill();
    for name in ["ada", "cem"] { run.fork(name, cook); }
}).kept().with_tasks(&rush)?;
hurried.figure()
