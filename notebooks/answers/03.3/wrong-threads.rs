// "A thread for each job": an abort ends the process, and all of its threads.
// says: the other five
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
            std::thread::scope(|scope| {
                for number in 1..=6 {
                    let own = lane.lane(format!("thread {number}"));
                    scope.spawn(move || job(&own, number, broken));
                }
            });
        });
    })
}
let jobs = six_jobs(4)?;
jobs.figure()
