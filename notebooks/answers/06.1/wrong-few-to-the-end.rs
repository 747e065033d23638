// "Few switches" by giving three jobs the core to the end.
// says: at least three turns
fn jobs(count: usize, work: Time) -> Result<Workload, Error> {
    Workload::new((0..count).map(|number| (format!("job {number}"), 0 * work, work)))
}
fn round_robin(ready: &[Job], _now: Time) -> Decision {
    if ready.len() > 3 { ready[0].run_for(3 * MILLISECOND) } else { ready[0].run_to_end() }
}
let many = jobs(12, 15 * MILLISECOND)?.schedule(round_robin)?;
let few = jobs(3, 60 * MILLISECOND)?.schedule(round_robin)?;
compare(&[&many.timeline, &few.timeline])
