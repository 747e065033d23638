// The archive is said to be full.
// says: the archive is to be filled
fn archive() -> usize {
    std::thread::sleep(std::time::Duration::from_millis(200));
    4096
}
let mut stored = 0_usize;
let fixed = record("two who block").tasks(CurrentThread, async |run| {
    let beats = tokio::spawn(run.task("heartbeat", heartbeat(60)));
    let report = run.task("report", async {
        for _ in 0..60 {
            burn(1 * MILLISECOND);
            tokio::task::yield_now().await;
        }
    });
    let store = run.task("archive", async { stored = 4096 });
    let _ = tokio::join!(beats, report, store);
})?;
println!("{stored} bytes stored");
fixed.figure()
