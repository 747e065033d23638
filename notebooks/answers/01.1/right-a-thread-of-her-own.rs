// Her own line after the loop.
let four = record("with Dana").threads(|run| {
    for (name, minutes) in [("Amir", 10), ("Kohli", 5), ("John", 1)] {
        run.spawn(name, move |customer| customer.wait("reads the menu", minutes * MINUTE));
    }
    run.spawn("Dana", |customer| customer.wait("reads the menu", 7 * MINUTE));
})?;
four.figure()
