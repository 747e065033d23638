// "Everybody soon": a short slice for all, whatever it costs.
// says: at most 24 switches
fn jobs(count: usize, work: Time) -> Result<Workload, Error> {
    Workload::new((0..count).map(|number| (format!("job {number}"), 0 * work, work)))
}
fn round_robin(ready: &[Job], _now: Time) -> Decision {
    ready[0].run_for(3 * MILLISECOND)
}
let many = jobs(12, 15 * MILLISECOND)?.schedule(round_robin)?;
let few = jobs(3, 60 * MILLISECOND)?.schedule(round_robin)?;
compare(&[&many.timeline, &few.timeline])
