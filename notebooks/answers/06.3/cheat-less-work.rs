// Half the work for the video, so that the others are half done when it ends.
// says: 60 ms of work for each
let equal = Workload::new([("video", 0 * MILLISECOND, 30 * MILLISECOND), ("build", 0 * MILLISECOND, 60 * MILLISECOND),
    ("mail", 0 * MILLISECOND, 60 * MILLISECOND)])?;
fn twice(ready: &[Job], _now: Time) -> Decision {
    let next = ready.iter().min_by_key(|job| job.done).unwrap();
    next.run_for(5 * MILLISECOND)
}
let weighted = equal.schedule(twice)?;
weighted.figure()
