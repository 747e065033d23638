// "Then I spawn it": the timeout drops a handle, and is as late as before.
// says: the timeout is to cancel the report
let mut steps = 0;
let timed = record("at most ten").tasks(CurrentThread, async |run| {
    let report = tokio::spawn(run.task("report", async {
        for _ in 0..6_000 {
            burn(0.01 * MILLISECOND);
        }
        6_000
    }));
    match timeout(10 * MILLISECOND, report).await {
        Ok(done) => steps = done.unwrap(),
        Err(late) => println!("{late}"),
    }
})?;
timed.figure()
