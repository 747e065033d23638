// It does some steps, then waits to be cancelled... and says that it did more.
// says: the report is to do its steps itself
let mut steps = 0;
let timed = record("at most ten").tasks(CurrentThread, async |run| {
    let report = run.task("report", async {
        burn(1 * MILLISECOND);
        steps = 1_000;
        sleep(1_000 * MILLISECOND).await;
    });
    println!("{:?}", timeout(10 * MILLISECOND, report).await);
})?;
timed.figure()
