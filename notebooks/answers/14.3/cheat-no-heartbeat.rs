// Without a heartbeat nobody is late.
// says: sixty beats are to come
fn archive() -> usize {
    std::thread::sleep(std::time::Duration::from_millis(200));
    4096
}
let mut stored = 0_usize;
let fixed = record("two who block").tasks(CurrentThread, async |run| {
    let beats = run.task("heartbeat", async {});
    let report = run.task("report", async {
        for _ in 0..60 {
            burn(1 * MILLISECOND);
            tokio::task::yield_now().await;
        }
    });
    let store = run.task("archive", async {
        stored = tokio::task::spawn_blocking(archive).await.unwrap();
    });
    let _ = tokio::join!(beats, report, store);
})?;
println!("{stored} bytes stored");
fixed.figure()
