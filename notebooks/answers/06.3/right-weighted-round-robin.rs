// Round robin with a longer slice for the video.
let equal = Workload::new(["video", "build", "mail"].map(|name| (name, 0 * MILLISECOND, 60 * MILLISECOND)))?;
fn twice(ready: &[Job], _now: Time) -> Decision {
    ready[0].run_for(if &*ready[0].name == "video" { 10 } else { 5 } * MILLISECOND)
}
let weighted = equal.schedule(twice)?;
weighted.figure()
