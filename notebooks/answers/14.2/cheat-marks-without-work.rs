// A hundred marks are quickly made, and as many as are wanted.
// says: each piece is a millisecond of work
use std::sync::{Arc, atomic::{AtomicBool, Ordering::Relaxed}};
let aborted = record("enough").tasks(CurrentThread, async |run| {
    for (name, patience) in [("short", 10), ("long", 150)] {
        let enough = Arc::new(AtomicBool::new(false));
        let (asked, lane) = (enough.clone(), run.lane(name));
        let job = tokio::task::spawn_blocking(move || {
            let pieces = if lane.name() == "short" { 10 } else { 150 };
            for _ in 0..pieces {
                lane.mark("piece");
            }
            asked.load(Relaxed)
        });
        sleep(patience * MILLISECOND).await;
        job.abort();
    }
})?;
aborted.figure()
