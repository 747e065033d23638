// Three timers overlap as nicely as three guests, and need no kitchen.
// says: each is to ask the kitchen
let together = record("three guests").tasks(CurrentThread, async |run| {
    let dana = run.task("Dana", sleep(6 * MINUTE));
    let elif = run.task("Elif", sleep(5 * MINUTE));
    let finn = run.task("Finn", sleep(4 * MINUTE));
    tokio::join!(dana, elif, finn);
})?;
together.figure()
