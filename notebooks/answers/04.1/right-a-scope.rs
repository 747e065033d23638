// A scope joins all of its threads by itself.
fn deliver(ways: [i32; 3]) -> Recorded {
    record("three couriers").program(|main| {
        std::thread::scope(|scope| for (name, way) in ["ada", "bob", "cem"].into_iter().zip(ways) {
            let courier = main.lane(name);
            scope.spawn(move || {
                courier.wait("on the way", way * MILLISECOND);
                courier.mark("delivered");
            });
        });
        main.wait("signs the list", 20 * MILLISECOND);
    })
}
deliver([60, 30, 45])?.figure()
