// Just before the slice is over.
let rivals = Workload::new([
    ("greedy", 0 * MILLISECOND, 60 * MILLISECOND),
    ("video", 0 * MILLISECOND, 120 * MILLISECOND),
    ("build", 0 * MILLISECOND, 120 * MILLISECOND),
])?.with_io("greedy", 9 * MILLISECOND, 0.5 * MILLISECOND)?;
let outwitted = rivals.schedule(mlfq)?;
outwitted.figure()
