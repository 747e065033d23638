// "The middle one first."
// says: the mean is less than 3 minutes
let order = [("Kohli", 5), ("John", 1), ("Amir", 10)];
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
