// One task, three parts: nobody has to be spawned.
let together = record("three guests").tasks(CurrentThread, async |run| {
    let dana = run.task("Dana", ask(address, "Dana", 6));
    let elif = run.task("Elif", ask(address, "Elif", 5));
    let finn = run.task("Finn", ask(address, "Finn", 4));
    let _dishes = tokio::join!(dana, elif, finn);
})?;
together.figure()
