// "Two workers share the work": the one with the broken job still takes its own along.
// says: job 4 broken: 4 jobs tried, 3 done
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
        for first in [1, 4] {
            run.fork(format!("worker {first}"), move |lane| for number in first..first + 3 { job(lane, number, broken) });
        }
    })
}
let jobs = six_jobs(4)?;
jobs.figure()
