// "Job 4 comes last, then nothing comes after it": only while it is job 4 that is broken.
// says: job 1 broken: 1 jobs tried
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
        run.fork("worker", |lane| for number in [1, 2, 3, 5, 6, 4] { job(lane, number, broken) });
    })
}
let jobs = six_jobs(4)?;
jobs.figure()
