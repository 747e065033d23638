// Nine hundred steps are done in time, and nobody has to be cancelled.
// says: the timeout is to cancel the report
let mut steps = 0;
let timed = record("at most ten").tasks(CurrentThread, async |run| {
    let report = run.task("report", async {
        for _ in 0..900 {
            burn(0.01 * MILLISECOND);
            steps += 1;
        }
    });
    println!("{:?}", timeout(10 * MILLISECOND, report).await);
})?;
timed.figure()
