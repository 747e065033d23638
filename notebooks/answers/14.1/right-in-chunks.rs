// Two loops, one inside the other: a hundred steps, then the others.
let mut steps = 0;
let timed = record("at most ten").tasks(CurrentThread, async |run| {
    let report = run.task("report", async {
        for _ in 0..60 {
            for _ in 0..100 {
                burn(0.01 * MILLISECOND);
                steps += 1;
            }
            tokio::task::yield_now().await;
        }
    });
    println!("{:?}", timeout(10 * MILLISECOND, report).await);
})?;
timed.figure()
