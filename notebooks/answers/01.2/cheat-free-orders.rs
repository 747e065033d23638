// If an order costs nothing, nobody waits for the waiter.
// says: three orders of a minute each
let costly = record("an order costs a minute").threads(|run| {
    let waiter = run.lane("waiter");
    let mut reading = Vec::new();
    for (name, minutes) in readers {
        let customer = run.spawn(name, move |lane| lane.wait("reads the menu", minutes * MINUTE));
        reading.push((name, customer));
    }
    for (name, customer) in reading.into_iter().rev() {
        customer.join();
        waiter.wait(name, 0 * MINUTE);
    }
})?;
costly.figure()
