// Dishes of one minute: whatever happens, it is over soon.
// says: for a dish of 6, 5 and 4 minutes
let together = record("three guests").tasks(CurrentThread, async |run| {
    let guests = [("Dana", 1), ("Elif", 1), ("Finn", 1)];
    let dishes = guests.map(|(name, minutes)| run.task(name, ask(address, name, minutes)));
    let _dishes = futures::future::join_all(dishes).await;
})?;
together.figure()
