// A lane with her name, in which nothing takes any time.
// says: Dana is to read for 7 minutes
let four = record("with Dana").threads(|run| {
    for (name, minutes) in [("Amir", 10), ("Kohli", 5), ("John", 1)] {
        run.spawn(name, move |customer| customer.wait("reads the menu", minutes * MINUTE));
    }
    run.lane("Dana").becomes(Waiting, "reads the menu");
})?;
four.figure()
