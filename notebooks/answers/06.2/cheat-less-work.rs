// Greedy is done soon because it has less to do.
// says: the same three jobs
let rivals = Workload::new([
    ("greedy", 0 * MILLISECOND, 20 * MILLISECOND),
    ("video", 0 * MILLISECOND, 120 * MILLISECOND),
    ("build", 0 * MILLISECOND, 120 * MILLISECOND),
])?.with_io("greedy", 8 * MILLISECOND, 1 * MILLISECOND)?;
let outwitted = rivals.schedule(mlfq)?;
outwitted.figure()
