// All have to have chosen before he begins his round.
// says: the waiter went to Amir
let costly = record("an order costs a minute").threads(|run| {
    let waiter = run.lane("waiter");
    let mut reading = Vec::new();
    for (name, minutes) in readers {
        let customer = run.spawn(name, move |lane| lane.wait("reads the menu", minutes * MINUTE));
        reading.push((name, customer));
    }
    let names = reading.into_iter().map(|(name, customer)| { customer.join(); name });
    for name in names.collect::<Vec<_>>() {
        waiter.wait(name, 1 * MINUTE);
    }
})?;
costly.figure()
