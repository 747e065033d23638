// Threads of one's own, and a channel on which each answers.
fn archive() -> usize {
    std::thread::sleep(std::time::Duration::from_millis(200));
    4096
}
let mut stored = 0_usize;
let fixed = record("two who block").tasks(CurrentThread, async |run| {
    let beats = tokio::spawn(run.task("heartbeat", heartbeat(60)));
    let lane = run.lane("writer");
    let report = run.task("report", async {
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || tell.send((0..60).for_each(|_| lane.work("writes", 1 * MILLISECOND))));
        let _ = told.await;
    });
    let store = run.task("archive", async {
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || tell.send(archive()));
        stored = told.await.unwrap();
    });
    let _ = tokio::join!(beats, report, store);
})?;
println!("{stored} bytes stored");
fixed.figure()
