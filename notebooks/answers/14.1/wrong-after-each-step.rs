// "The more often it gives way, the better": it spends its time giving way.
// says: each poll is to be worth it
let mut steps = 0;
let timed = record("at most ten").tasks(CurrentThread, async |run| {
    let report = run.task("report", async {
        for _ in 0..6_000 {
            burn(0.01 * MILLISECOND);
            steps += 1;
            tokio::task::yield_now().await;
        }
    });
    println!("{:?}", timeout(10 * MILLISECOND, report).await);
})?;
timed.figure()
