// "In Rust threads need no GIL."
// says: 0 of
let mut by_hand = Peers::new(Errands::new(2, 4 * MINUTE, 8_000));
by_hand.rust("by hand", |errands| {
    let sum = AtomicU64::new(0);
    let run = record("a GIL by hand").threads(|run| {
        for number in errands.numbers() {
            let sum = &sum;
            run.spawn(number.to_string(), move |lane| sum.fetch_add(errands.errand(lane, number), Relaxed));
        }
    })?;
    Ok((run, sum.into_inner()))
});
by_hand.timeline("by hand")?.figure()
