// "When the last one that I started is back, all are back."
// says: all letters are to be delivered
fn deliver(ways: [i32; 3]) -> Recorded {
    record("three couriers").program(|main| {
        let mut last = None;
        for (name, way) in ["ada", "bob", "cem"].into_iter().zip(ways) {
            let courier = main.lane(name);
            last = Some(std::thread::spawn(move || {
                courier.wait("on the way", way * MILLISECOND);
                courier.mark("delivered");
            }));
        }
        main.wait("signs the list", 20 * MILLISECOND);
        last.unwrap().join().unwrap();
    })
}
deliver([60, 30, 45])?.figure()
