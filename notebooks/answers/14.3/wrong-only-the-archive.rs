// "Only what waits is blocking": the report keeps the loop for sixty milliseconds.
// says: the heart is to beat while the report is written
fn archive() -> usize {
    std::thread::sleep(std::time::Duration::from_millis(200));
    4096
}
let mut stored = 0_usize;
let fixed = record("two who block").tasks(CurrentThread, async |run| {
    let beats = tokio::spawn(run.task("heartbeat", heartbeat(60)));
    let report = run.task("report", async {
        for _ in 0..60 { burn(1 * MILLISECOND) }
    });
    let store = run.task("archive", async {
        stored = tokio::task::spawn_blocking(archive).await.unwrap();
    });
    let _ = tokio::join!(beats, report, store);
})?;
println!("{stored} bytes stored");
fixed.figure()
