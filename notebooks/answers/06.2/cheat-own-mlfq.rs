// A policy of the same name that lets greedy go first.
// says: each of the others gets its first slice
let rivals = Workload::new([
    ("greedy", 0 * MILLISECOND, 60 * MILLISECOND),
    ("video", 0 * MILLISECOND, 120 * MILLISECOND),
    ("build", 0 * MILLISECOND, 120 * MILLISECOND),
])?.with_io("greedy", 30 * MILLISECOND, 1 * MILLISECOND)?;
let outwitted = {
    fn mlfq(ready: &[Job], _now: Time) -> Decision {
        ready.iter().min_by_key(|job| &*job.name != "greedy").unwrap().run_to_end().or_arrival()
    }
    rivals.schedule(mlfq)?
};
outwitted.figure()
