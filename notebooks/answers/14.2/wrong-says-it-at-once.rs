// "First say it, then begin": nothing is done at all.
// says: both jobs are to begin
use std::sync::{Arc, atomic::{AtomicBool, Ordering::Relaxed}};
let aborted = record("enough").tasks(CurrentThread, async |run| {
    for (name, patience) in [("short", 10), ("long", 150)] {
        let enough = Arc::new(AtomicBool::new(true));
        let (asked, lane) = (enough.clone(), run.lane(name));
        let job = tokio::task::spawn_blocking(move || {
            for _ in 0..300 {
                if asked.load(Relaxed) { break }
                lane.work("counts", 1 * MILLISECOND);
                lane.mark("piece");
            }
        });
        sleep(patience * MILLISECOND).await;
        job.abort();
    }
})?;
aborted.figure()
