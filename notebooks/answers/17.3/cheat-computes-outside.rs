// "A little is computed under the lock, so that it shows; the rest need not be seen."
// says: whoever computes without a lane is to hold the lock as well
let mut by_hand = Peers::new(Errands::new(2, 4 * MINUTE, 8_000));
by_hand.rust("by hand", |errands| {
    let sum = AtomicU64::new(0);
    let run = record("a GIL by hand").threads(|run| {
        let gil = run.mutex("the GIL", ());
        for number in errands.numbers() {
            let (gil, sum) = (gil.clone(), &sum);
            run.spawn(number.to_string(), move |lane| {
                let answer = errands.fetch(lane, number);
                sum.fetch_add(errands.checksum(&answer), Relaxed);
                let _held = gil.lock(lane);
                Errands::new(2, 4 * MINUTE, 8).compute(lane, &answer);
            });
        }
    })?;
    Ok((run, sum.into_inner()))
});
by_hand.timeline("by hand")?.figure()
