// "Start another worker where the first one died": a supervisor that counts the jobs begun in a shared mapping.
fn job(lane: &LaneWriter, number: u32, broken: u32) {
    lane.wait(&format!("job {number}"), 1 * MILLISECOND);
    if number == broken {
        std::process::abort();
    }
    lane.wait("goes on", 9 * MILLISECOND);
    lane.mark("done");
}
fn six_jobs(broken: u32) -> Recorded {
    let begun = Shared::<AtomicU64>::new().unwrap();
    record("six jobs").processes(|run| {
        while begun.load(Relaxed) < 6 {
            let worker = run.fork("worker", |lane| {
                while begun.load(Relaxed) < 6 {
                    let number = begun.fetch_add(1, Relaxed) as u32 + 1;
                    job(lane, number, broken);
                }
            });
            worker.wait();
        }
    })
}
let jobs = six_jobs(4)?;
jobs.figure()
