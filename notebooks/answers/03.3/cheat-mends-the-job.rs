// "No abort, no trouble": the broken job gives up quietly.
// says: the broken one is to end its process
fn job(lane: &LaneWriter, number: u32, broken: u32) {
    lane.wait(&format!("job {number}"), 1 * MILLISECOND);
    if number == broken {
        return;
    }
    lane.wait("goes on", 9 * MILLISECOND);
    lane.mark("done");
}
fn six_jobs(broken: u32) -> Recorded {
    record("six jobs").processes(|run| {
        run.fork("worker", |lane| for number in 1..=6 { job(lane, number, broken) });
    })
}
let jobs = six_jobs(4)?;
jobs.figure()
