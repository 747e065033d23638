// The others arrive when greedy is nearly done.
// says: all arrive at the beginning
let rivals = Workload::new([
    ("greedy", 0 * MILLISECOND, 60 * MILLISECOND),
    ("video", 40 * MILLISECOND, 120 * MILLISECOND),
    ("build", 40 * MILLISECOND, 120 * MILLISECOND),
])?.with_io("greedy", 8 * MILLISECOND, 1 * MILLISECOND)?;
let outwitted = rivals.schedule(mlfq)?;
outwitted.figure()
