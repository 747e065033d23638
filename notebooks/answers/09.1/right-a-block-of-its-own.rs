// The first sender goes out of scope with its block.
fn close_up(each: i32) -> Recorded {
    record("the cook goes home").within(500 * MILLISECOND).threads(|run| {
        let kitchen = {
        let (orders, kitchen) = run.channel("orders");
        for name in ["ada", "bob"] {
            let orders = orders.clone();
            run.spawn(name, move |lane| for order in 0..each {
                lane.wait("takes an order", 2 * MILLISECOND);
                if orders.send(lane, order).is_err() { return }
            });
        }
        kitchen
        };
        let cook = run.spawn("cook", move |lane| for _order in kitchen.iter(lane) {
            lane.wait("cooks", 1 * MILLISECOND);
        });
        cook.join();
        run.lane("main").mark("locks the door");
    })
}
close_up(5).kept().figure()
