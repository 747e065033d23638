// "As in Python: the last one sends a sentinel."
// says: each once, and nothing else
fn close_up(each: i32) -> Recorded {
    record("the cook goes home").within(500 * MILLISECOND).threads(|run| {
        let (orders, kitchen) = run.channel("orders");
        for name in ["ada", "bob"] {
            let orders = orders.clone();
            run.spawn(name, move |lane| for order in 0..each {
                lane.wait("takes an order", 2 * MILLISECOND);
                if orders.send(lane, order).is_err() { return }
                if name == "bob" && order == each - 1 { let _ = orders.send(lane, -1); }
            });
        }
        let cook = run.spawn("cook", move |lane| for order in kitchen.iter(lane) {
            if order == -1 { break }
            lane.wait("cooks", 1 * MILLISECOND);
        });
        cook.join();
        run.lane("main").mark("locks the door");
    })
}
close_up(5).kept().figure()
