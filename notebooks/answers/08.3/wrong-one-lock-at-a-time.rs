// "Never hold two": then eve sees money that is on its way.
// says: all are to end with
let bank = model("two transfers and an audit", |run| {
    let locks = ["lock a", "lock b"].map(|name| run.mutex(name));
    let [a, b] = ["a", "b"].map(|name| run.shared(name, 100));
    let saw = run.shared("eve saw", 0);
    for (name, from, to, sum) in [("ada", 0, 1, 10), ("bob", 1, 0, 3)] {
        run.spawn(name, async move {
            let from_lock = locks[from].lock().await;
            [a, b][from].store([a, b][from].load().await - sum).await;
            drop(from_lock);
            let _to = locks[to].lock().await;
            [a, b][to].store([a, b][to].load().await + sum).await;
        });
    }
    run.spawn("eve", async move {
        let (_a, _b) = (locks[0].lock().await, locks[1].lock().await);
        saw.store(a.load().await + b.load().await).await;
    });
});
let audits = bank.explore()?;
audits.figure()
