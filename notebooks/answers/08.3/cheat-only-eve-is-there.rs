// Nobody moves anything, and the accounts hold what they should.
// says: to move their sums
let bank = model("an audit", |run| {
    let _locks = ["lock a", "lock b"].map(|name| run.mutex(name));
    let [a, b] = [run.shared("a", 93), run.shared("b", 107)];
    let saw = run.shared("eve saw", 0);
    run.spawn("eve", async move {
        saw.store(a.load().await + b.load().await).await;
    });
});
let audits = bank.explore()?;
audits.figure()
