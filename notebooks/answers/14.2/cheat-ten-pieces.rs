// Ten pieces take about ten milliseconds, so nobody has to stop anything.
// says: they stop when they are told
use std::sync::{Arc, atomic::{AtomicBool, Ordering::Relaxed}};
let aborted = record("enough").tasks(CurrentThread, async |run| {
    for (name, patience) in [("short", 10), ("long", 150)] {
        let enough = Arc::new(AtomicBool::new(false));
        let (asked, lane) = (enough.clone(), run.lane(name));
        let job = tokio::task::spawn_blocking(move || {
            for _ in 0..10 {
                lane.work("counts", 1 * MILLISECOND);
                lane.mark("piece");
            }
            asked.load(Relaxed)
        });
        sleep(patience * MILLISECOND).await;
        job.abort();
    }
})?;
aborted.figure()
