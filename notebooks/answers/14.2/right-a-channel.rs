// A channel instead of a flag: when the sender is dropped, the closure hears of it.
let aborted = record("enough").tasks(CurrentThread, async |run| {
    for (name, patience) in [("short", 10), ("long", 150)] {
        let (enough, asked) = std::sync::mpsc::channel::<()>();
        let lane = run.lane(name);
        let job = tokio::task::spawn_blocking(move || {
            for _ in 0..300 {
                if asked.try_recv() == Err(std::sync::mpsc::TryRecvError::Disconnected) { break }
                lane.work("counts", 1 * MILLISECOND);
                lane.mark("piece");
            }
        });
        sleep(patience * MILLISECOND).await;
        drop(enough);
        let _ = job.await;
    }
})?;
aborted.figure()
