// A while loop that asks, and a handle that is awaited.
use std::sync::{Arc, atomic::{AtomicBool, Ordering::Relaxed}};
let aborted = record("enough").tasks(CurrentThread, async |run| {
    for (name, patience) in [("short", 10), ("long", 150)] {
        let enough = Arc::new(AtomicBool::new(false));
        let (asked, lane) = (enough.clone(), run.lane(name));
        let job = tokio::task::spawn_blocking(move || {
            let mut done = 0;
            while done < 300 && !asked.load(Relaxed) {
                lane.work("counts", 1 * MILLISECOND);
                lane.mark("piece");
                done += 1;
            }
        });
        sleep(patience * MILLISECOND).await;
        enough.store(true, Relaxed);
        let _ = job.await;
    }
})?;
aborted.figure()
