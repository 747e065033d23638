// The names as they were, the minutes shared out anew.
// says: Amir is to read for 10 minutes
let order = [("Amir", 1), ("Kohli", 5), ("John", 10)];
let reordered = record("one after another, in another order").threads(|run| {
    let seats = order.map(|(name, minutes)| (run.lane(name), minutes));
    for (customer, _) in &seats {
        customer.becomes(Ready, "would read, but has no menu");
    }
    for (customer, minutes) in &seats {
        customer.wait("reads the menu", *minutes * MINUTE);
    }
})?;
reordered.figure()
