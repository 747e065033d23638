// Without join nobody is stubborn; but nobody has chosen yet, either.
// says: nobody is to be asked before they have chosen
let costly = record("an order costs a minute").threads(|run| {
    let waiter = run.lane("waiter");
    let mut reading = Vec::new();
    for (name, minutes) in readers {
        let customer = run.spawn(name, move |lane| lane.wait("reads the menu", minutes * MINUTE));
        reading.push((name, customer));
    }
    for (name, customer) in reading.into_iter().rev() {
        drop(customer);
        waiter.wait(name, 1 * MINUTE);
    }
})?;
costly.figure()
