// "It has to give way once": by then thirty milliseconds are gone.
// says: not much later
let mut steps = 0;
let timed = record("at most ten").tasks(CurrentThread, async |run| {
    let report = run.task("report", async {
        for _ in 0..6_000 {
            burn(0.01 * MILLISECOND);
            steps += 1;
            if steps == 3_000 { tokio::task::yield_now().await }
        }
    });
    println!("{:?}", timeout(10 * MILLISECOND, report).await);
})?;
timed.figure()
