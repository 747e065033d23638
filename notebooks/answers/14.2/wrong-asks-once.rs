// "It asks before it begins": then nobody has said it yet.
// says: both jobs are to stop early
use std::sync::{Arc, atomic::{AtomicBool, Ordering::Relaxed}};
let aborted = record("enough").tasks(CurrentThread, async |run| {
    for (name, patience) in [("short", 10), ("long", 150)] {
        let enough = Arc::new(AtomicBool::new(false));
        let (asked, lane) = (enough.clone(), run.lane(name));
        let job = tokio::task::spawn_blocking(move || {
            if asked.load(Relaxed) { return }
            for _ in 0..300 {
                lane.work("counts", 1 * MILLISECOND);
                lane.mark("piece");
            }
        });
        sleep(patience * MILLISECOND).await;
        enough.store(true, Relaxed);
        job.abort();
    }
})?;
aborted.figure()
