// A door without a check, and a pair that takes one lock only twice.
// says: 0 inside
let both_in = "ada ada bob bob";
let stuck = "ada bob";
let door = model("a lock made of a flag", |run| {
    let (taken, inside) = (run.shared("taken", false), run.shared("inside", 0));
    ["ada", "bob"].map(|name| run.spawn(name, async move {
        {
            taken.store(true).await;
            inside.fetch_add(1).await;
        }
    }));
});
let pair = model("two locks, two orders", |run| {
    let (left, right) = (run.mutex("left"), run.mutex("right"));
    [("ada", left, right), ("bob", right, left)].map(|(name, first, second)| run.spawn(name, async move {
        let _first = first.lock().await;
        let _second = first.lock().await; let _ = second;
    }));
});
compare(&[&drawn(door.under(both_in)), &drawn(pair.under(stuck))])
