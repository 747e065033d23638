// "select! polls all three at the same time": it does, and drops two of them.
// says: are all to get their dish
let together = record("three guests").tasks(CurrentThread, async |run| {
    tokio::select! {
        _ = run.task("Dana", ask(address, "Dana", 6)) => {}
        _ = run.task("Elif", ask(address, "Elif", 5)) => {}
        _ = run.task("Finn", ask(address, "Finn", 4)) => {}
    }
})?;
together.figure()
