// Half of the others' work first, then the video to the end.
// says: give the core back in between
let equal = Workload::new(["video", "build", "mail"].map(|name| (name, 0 * MILLISECOND, 60 * MILLISECOND)))?;
fn twice(ready: &[Job], _now: Time) -> Decision {
    let half = ready.iter().find(|job| &*job.name != "video" && job.done < 30 * MILLISECOND);
    half.unwrap_or_else(|| ready.iter().find(|job| &*job.name == "video").unwrap_or(&ready[0])).run_for(30 * MILLISECOND)
}
let weighted = equal.schedule(twice)?;
weighted.figure()
