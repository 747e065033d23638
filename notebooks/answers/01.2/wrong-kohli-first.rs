// "Kohli sits in the middle": Amir and Kohli change places.
// says: whoever has chosen first is to be asked first
let costly = record("an order costs a minute").threads(|run| {
    let waiter = run.lane("waiter");
    let mut reading = Vec::new();
    for (name, minutes) in [("Kohli", 5), ("Amir", 10), ("John", 1)] {
        let customer = run.spawn(name, move |lane| lane.wait("reads the menu", minutes * MINUTE));
        reading.push((name, customer));
    }
    for (name, customer) in reading {
        customer.join();
        waiter.wait(name, 1 * MINUTE);
    }
})?;
costly.figure()
