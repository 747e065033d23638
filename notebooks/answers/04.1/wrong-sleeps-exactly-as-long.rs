// "I know the ways, so main waits for exactly the longest."
fn deliver(ways: [i32; 3]) -> Recorded {
    record("three couriers").program(|main| {
        for (name, way) in ["ada", "bob", "cem"].into_iter().zip(ways) {
            let courier = main.lane(name);
            std::thread::spawn(move || {
                courier.wait("on the way", way * MILLISECOND);
                courier.mark("delivered");
            });
        }
        main.wait("signs the list", 20 * MILLISECOND);
        main.wait("waits", *ways.iter().max().unwrap() * MILLISECOND);
    })
}
deliver([60, 30, 45])?.figure()
