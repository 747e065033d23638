// "Nobody misses it": the broken job is not tried at all.
// says: job 4 broken: 5 jobs tried
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
        run.fork("worker", |lane| for number in (1..=6).filter(|number| *number != broken) { job(lane, number, broken) });
    })
}
let jobs = six_jobs(4)?;
jobs.figure()
