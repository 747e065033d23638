// Two lengths, by how many stand in the queue.
fn jobs(count: usize, work: Time) -> Result<Workload, Error> {
    Workload::new((0..count).map(|number| (format!("job {number}"), 0 * work, work)))
}
fn round_robin(ready: &[Job], _now: Time) -> Decision {
    let slice = if ready.len() > 6 { 4 } else { 12 };
    ready[0].run_for(slice * MILLISECOND)
}
let many = jobs(12, 15 * MILLISECOND)?.schedule(round_robin)?;
let few = jobs(3, 60 * MILLISECOND)?.schedule(round_robin)?;
compare(&[&many.timeline, &few.timeline])
