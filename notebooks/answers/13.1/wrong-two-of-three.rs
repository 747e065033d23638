// "Two at a time will do": Finn comes after the others.
// says: any two are to wait at the same time
let together = record("three guests").tasks(CurrentThread, async |run| {
    let dana = run.task("Dana", ask(address, "Dana", 6));
    let elif = run.task("Elif", ask(address, "Elif", 5));
    let _both = tokio::join!(dana, elif);
    run.task("Finn", ask(address, "Finn", 4)).await.unwrap();
})?;
together.figure()
