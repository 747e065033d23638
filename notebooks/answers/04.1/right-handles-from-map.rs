// The handles come out of map, and main signs before it joins.
fn deliver(ways: [i32; 3]) -> Recorded {
    record("three couriers").program(|main| {
        let couriers = ["ada", "bob", "cem"].into_iter().zip(ways);
        let handles: Vec<_> = couriers.map(|(name, way)| {
            let courier = main.lane(name);
            std::thread::spawn(move || {
                courier.wait("on the way", way * MILLISECOND);
                courier.mark("delivered");
            })
        }).collect();
        main.wait("signs the list", 20 * MILLISECOND);
        handles.into_iter().for_each(|handle| handle.join().unwrap());
    })
}
deliver([60, 30, 45])?.figure()
