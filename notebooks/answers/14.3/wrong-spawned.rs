// "Tasks of their own do not block each other": on one loop they do.
// says: the heart is to beat while the report is written
fn archive() -> usize {
    std::thread::sleep(std::time::Duration::from_millis(200));
    4096
}
let mut stored = 0_usize;
let fixed = record("two who block").tasks(CurrentThread, async |run| {
    let beats = tokio::spawn(run.task("heartbeat", heartbeat(60)));
    let report = tokio::spawn(run.task("report", async {
        for _ in 0..60 { burn(1 * MILLISECOND) }
    }));
    let store = tokio::spawn(run.task("archive", async { archive() }));
    let (_, _, bytes) = tokio::join!(beats, report, store);
    stored = bytes.unwrap();
})?;
println!("{stored} bytes stored");
fixed.figure()
