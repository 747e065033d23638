// A fourth pair, and a join that lets each wait for the one before.
// says: Dana is to read while the others do
let four = record("with Dana").threads(|run| {
    for (name, minutes) in [("Amir", 10), ("Kohli", 5), ("John", 1), ("Dana", 7)] {
        run.spawn(name, move |customer| customer.wait("reads the menu", minutes * MINUTE)).join();
    }
})?;
four.figure()
