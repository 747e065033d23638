// "Awaiting is what makes them wait for each other, so I await nothing": the body ends, and with it the runtime.
// says: Dana, Elif and Finn are all to get their dish
let together = record("three guests").tasks(CurrentThread, async |run| {
    for (name, minutes) in [("Dana", 6), ("Elif", 5), ("Finn", 4)] {
        tokio::spawn(run.task(name, ask(address, name, minutes)));
    }
})?;
together.figure()
