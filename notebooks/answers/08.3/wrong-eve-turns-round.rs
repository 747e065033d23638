// "Ada and bob in order, and eve, who only reads, as she likes".
// says: end in a deadlock
let bank = model("two transfers and an audit", |run| {
    let locks = ["lock a", "lock b"].map(|name| run.mutex(name));
    let [a, b] = ["a", "b"].map(|name| run.shared(name, 100));
    let saw = run.shared("eve saw", 0);
    for (name, from, to, sum) in [("ada", 0, 1, 10), ("bob", 1, 0, 3)] {
        run.spawn(name, async move {
            let _first = locks[from.min(to)].lock().await;
            let _second = locks[from.max(to)].lock().await;
            [a, b][from].store([a, b][from].load().await - sum).await;
            [a, b][to].store([a, b][to].load().await + sum).await;
        });
    }
    run.spawn("eve", async move {
        let (_a, _b) = (locks[1].lock().await, locks[0].lock().await);
        saw.store(a.load().await + b.load().await).await;
    });
});
let audits = bank.explore()?;
audits.figure()
