// "The less it works at a time, the better": it waits more than it works.
// says: more than a third done
let rivals = Workload::new([
    ("greedy", 0 * MILLISECOND, 60 * MILLISECOND),
    ("video", 0 * MILLISECOND, 120 * MILLISECOND),
    ("build", 0 * MILLISECOND, 120 * MILLISECOND),
])?.with_io("greedy", 1 * MILLISECOND, 3 * MILLISECOND)?;
let outwitted = rivals.schedule(mlfq)?;
outwitted.figure()
