// "One thread can only do one thing at a time, so I take three workers": each is still awaited before the next begins.
// says: any two are to wait at the same time
let together = record("three guests").tasks(Workers(3), async |run| {
    for (name, minutes) in [("Dana", 6), ("Elif", 5), ("Finn", 4)] {
        let guest = tokio::spawn(run.task(name, ask(address, name, minutes)));
        guest.await.unwrap().unwrap();
    }
})?;
together.figure()
