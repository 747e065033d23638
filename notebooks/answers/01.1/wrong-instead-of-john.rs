// A pair was replaced instead of added.
// says: four customers
let four = record("with Dana").threads(|run| {
    for (name, minutes) in [("Amir", 10), ("Kohli", 5), ("Dana", 7)] {
        run.spawn(name, move |customer| customer.wait("reads the menu", minutes * MINUTE));
    }
})?;
four.figure()
