// A weight for each name, and the account divided by it.
let equal = Workload::new(["video", "build", "mail"].map(|name| (name, 0 * MILLISECOND, 60 * MILLISECOND)))?;
fn twice(ready: &[Job], _now: Time) -> Decision {
    let weight = |job: &Job| if &*job.name == "video" { 1024.0 } else { 512.0 };
    let next = ready.iter().min_by_key(|job| job.done / weight(job)).unwrap();
    next.run_for(4 * MILLISECOND)
}
let weighted = equal.schedule(twice)?;
weighted.figure()
