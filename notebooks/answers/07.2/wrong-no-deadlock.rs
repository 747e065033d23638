// The door is passed; of the pair, one takes both locks before the other begins.
// says: the pair is to end in a deadlock
let both_in = "ada bob ada bob ada bob";
let stuck = "ada ada ada bob ada bob bob bob";
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
