// By the clock instead of by count: after a millisecond the others have a turn.
let mut steps = 0;
let timed = record("at most ten").tasks(CurrentThread, async |run| {
    let report = run.task("report", async {
        let mut begun = std::time::Instant::now();
        for _ in 0..6_000 {
            burn(0.01 * MILLISECOND);
            steps += 1;
            if begun.elapsed().as_micros() >= 1_000 {
                tokio::task::yield_now().await;
                begun = std::time::Instant::now();
            }
        }
    });
    println!("{:?}", timeout(10 * MILLISECOND, report).await);
})?;
timed.figure()
