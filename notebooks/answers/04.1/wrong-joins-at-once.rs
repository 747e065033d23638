// "Join each courier, then none is lost."
// says: all three are to be under way at once
fn deliver(ways: [i32; 3]) -> Recorded {
    record("three couriers").program(|main| {
        for (name, way) in ["ada", "bob", "cem"].into_iter().zip(ways) {
            let courier = main.lane(name);
            let handle = std::thread::spawn(move || {
                courier.wait("on the way", way * MILLISECOND);
                courier.mark("delivered");
            });
            handle.join().unwrap();
        }
        main.wait("signs the list", 20 * MILLISECOND);
    })
}
deliver([60, 30, 45])?.figure()
