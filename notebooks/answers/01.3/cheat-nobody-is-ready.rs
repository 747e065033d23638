// Without the lines that say who is ready, nobody seems to queue.
// says: the mean is less than 3 minutes
let order = [("Amir", 10), ("Kohli", 5), ("John", 1)];
let reordered = record("one after another, in another order").threads(|run| {
    let seats = order.map(|(name, minutes)| (run.lane(name), minutes));
    for (customer, minutes) in &seats {
        customer.wait("reads the menu", *minutes * MINUTE);
    }
})?;
reordered.figure()
