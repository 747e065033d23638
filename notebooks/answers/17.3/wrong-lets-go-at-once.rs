// "An underscore alone keeps nothing: the lock is let go in the same line."
// says: whoever computes is to hold the lock
let mut by_hand = Peers::new(Errands::new(2, 4 * MINUTE, 8_000));
by_hand.rust("by hand", |errands| {
    let sum = AtomicU64::new(0);
    let run = record("a GIL by hand").threads(|run| {
        let gil = run.mutex("the GIL", ());
        for number in errands.numbers() {
            let (gil, sum) = (gil.clone(), &sum);
            run.spawn(number.to_string(), move |lane| {
                let _ = drop(gil.lock(lane));
                let answer = errands.fetch(lane, number);
                sum.fetch_add(errands.compute(lane, &answer), Relaxed);
            });
        }
    })?;
    Ok((run, sum.into_inner()))
});
by_hand.timeline("by hand")?.figure()
