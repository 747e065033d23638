// Bob is first everywhere.
let both_in = "bob ada bob bob ada ada";
let stuck = "bob ada";
let door = model("a lock made of a flag", |run| {
    let (taken, inside) = (run.shared("taken", false), run.shared("inside", 0));
    ["ada", "bob"].map(|name| run.spawn(name, async move {
        if !taken.load().await {
            taken.store(true).await;
            inside.fetch_add(1).await;
        }
    }));
});
let pair = model("two locks, two orders", |run| {
    let (left, right) = (run.mutex("left"), run.mutex("right"));
    [("ada", left, right), ("bob", right, left)].map(|(name, first, second)| run.spawn(name, async move {
        let _first = first.lock().await;
        let _second = second.lock().await;
    }));
});
compare(&[&drawn(door.under(both_in)), &drawn(pair.under(stuck))])
