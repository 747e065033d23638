// "More for the video": all of it.
// says: about half done
let equal = Workload::new(["video", "build", "mail"].map(|name| (name, 0 * MILLISECOND, 60 * MILLISECOND)))?;
fn twice(ready: &[Job], _now: Time) -> Decision {
    let next = ready.iter().min_by_key(|job| &*job.name != "video").unwrap();
    next.run_for(5 * MILLISECOND)
}
let weighted = equal.schedule(twice)?;
weighted.figure()
