// "Twice the slice is twice the core": but the smallest account still goes next.
// says: about half done
let equal = Workload::new(["video", "build", "mail"].map(|name| (name, 0 * MILLISECOND, 60 * MILLISECOND)))?;
fn twice(ready: &[Job], _now: Time) -> Decision {
    let next = ready.iter().min_by_key(|job| job.done).unwrap();
    next.run_for(if &*next.name == "video" { 10 } else { 5 } * MILLISECOND)
}
let weighted = equal.schedule(twice)?;
weighted.figure()
