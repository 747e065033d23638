// Dana reads first, and all others after her.
// says: not to begin later because of her
let four = record("with Dana").threads(|run| {
    run.lane("Dana").wait("reads the menu", 7 * MINUTE);
    for (name, minutes) in [("Amir", 10), ("Kohli", 5), ("John", 1)] {
        run.spawn(name, move |customer| customer.wait("reads the menu", minutes * MINUTE));
    }
})?;
four.figure()
