// "An await is an await": a ready one gives nobody a turn.
// says: the timeout is to cancel the report
let mut steps = 0;
let timed = record("at most ten").tasks(CurrentThread, async |run| {
    let report = run.task("report", async {
        for _ in 0..6_000 {
            burn(0.01 * MILLISECOND);
            steps += 1;
            async {}.await;
        }
    });
    println!("{:?}", timeout(10 * MILLISECOND, report).await);
})?;
timed.figure()
