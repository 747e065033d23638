// Before the slice ends, but each I/O takes so long that the others get most of the core.
// says: more than a third done
let rivals = Workload::new([
    ("greedy", 0 * MILLISECOND, 60 * MILLISECOND),
    ("video", 0 * MILLISECOND, 120 * MILLISECOND),
    ("build", 0 * MILLISECOND, 120 * MILLISECOND),
])?.with_io("greedy", 8 * MILLISECOND, 20 * MILLISECOND)?;
let outwitted = rivals.schedule(mlfq)?;
outwitted.figure()
