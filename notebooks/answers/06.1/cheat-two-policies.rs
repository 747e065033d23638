// A policy for each of the two instead of one for both.
// says: one policy for both
fn jobs(count: usize, work: Time) -> Result<Workload, Error> {
    Workload::new((0..count).map(|number| (format!("job {number}"), 0 * work, work)))
}
fn short(ready: &[Job], _now: Time) -> Decision {
    ready[0].run_for(3 * MILLISECOND)
}
fn long(ready: &[Job], _now: Time) -> Decision {
    ready[0].run_for(12 * MILLISECOND)
}
let many = jobs(12, 15 * MILLISECOND)?.schedule(short)?;
let few = jobs(3, 60 * MILLISECOND)?.schedule(long)?;
compare(&[&many.timeline, &few.timeline])
