// "A process for each job, and one at a time": the parent waits for each child before it forks the next.
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
        for number in 1..=6 {
            run.fork(format!("worker {number}"), move |lane| job(lane, number, broken)).wait();
        }
    })
}
let jobs = six_jobs(4)?;
jobs.figure()
