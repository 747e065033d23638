// "The sum is known, so I fetch and add my half of it."
// says: each is to compute its own errand
let mut by_hand = Peers::new(Errands::new(2, 4 * MINUTE, 8_000));
by_hand.rust("by hand", |errands| {
    let sum = AtomicU64::new(0);
    let run = record("a GIL by hand").threads(|run| {
        for number in errands.numbers() {
            let sum = &sum;
            run.spawn(number.to_string(), move |lane| {
                let answer = errands.fetch(lane, number);
                sum.fetch_add(errands.checksum(answer.trim()), Relaxed);
            });
        }
    })?;
    Ok((run, sum.into_inner()))
});
by_hand.timeline("by hand")?.figure()
