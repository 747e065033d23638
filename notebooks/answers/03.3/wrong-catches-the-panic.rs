// "catch_unwind keeps the worker alive": an abort unwinds nothing.
// says: job 4 broken: 4 jobs tried
fn job(lane: &LaneWriter, number: u32, broken: u32) {
    lane.wait(&format!("job {number}"), 1 * MILLISECOND);
    if number == broken {
        std::process::abort();
    }
    lane.wait("goes on", 9 * MILLISECOND);
    lane.mark("done");
}
fn six_jobs(broken: u32) -> Recorded {
    record("six jobs").processes(|run| {
        run.fork("worker", |lane| {
            for number in 1..=6 {
                let work = std::panic::AssertUnwindSafe(|| job(lane, number, broken));
                let _ = std::panic::catch_unwind(work);
            }
        });
    })
}
let jobs = six_jobs(4)?;
jobs.figure()
