// Twice the account instead of half of it.
// says: about half done
let equal = Workload::new(["video", "build", "mail"].map(|name| (name, 0 * MILLISECOND, 60 * MILLISECOND)))?;
fn twice(ready: &[Job], _now: Time) -> Decision {
    let account = |job: &&Job| if &*job.name == "video" { 2.0 * job.done } else { job.done };
    ready.iter().min_by_key(account).unwrap().run_for(5 * MILLISECOND)
}
let weighted = equal.schedule(twice)?;
weighted.figure()
