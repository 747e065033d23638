// "If each has a lock of its own, both hold one while they compute."
// says: there is to be one lock for both
let mut by_hand = Peers::new(Errands::new(2, 4 * MINUTE, 8_000));
by_hand.rust("by hand", |errands| {
    let sum = AtomicU64::new(0);
    let run = record("a GIL by hand").threads(|run| {
        for number in errands.numbers() {
            let (gil, sum) = (run.mutex("the GIL", ()), &sum);
            run.spawn(number.to_string(), move |lane| {
                let answer = errands.fetch(lane, number);
                let _held = gil.lock(lane);
                sum.fetch_add(errands.compute(lane, &answer), Relaxed);
            });
        }
    })?;
    Ok((run, sum.into_inner()))
});
by_hand.timeline("by hand")?.figure()
