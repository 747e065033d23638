// Sorted by how long they read, shortest first.
let costly = record("an order costs a minute").threads(|run| {
    let waiter = run.lane("waiter");
    let mut reading = Vec::new();
    for (name, minutes) in readers {
        let customer = run.spawn(name, move |lane| lane.wait("reads the menu", minutes * MINUTE));
        reading.push((name, customer));
    }
    reading.sort_by_key(|(name, _)| readers.iter().find(|(other, _)| other == name).map(|pair| pair.1));
    for (name, customer) in reading {
        customer.join();
        waiter.wait(name, 1 * MINUTE);
    }
})?;
costly.figure()
