// "A little I/O now and then": but later than the first slice ends, so greedy sinks.
// says: more than a third done
let rivals = Workload::new([
    ("greedy", 0 * MILLISECOND, 60 * MILLISECOND),
    ("video", 0 * MILLISECOND, 120 * MILLISECOND),
    ("build", 0 * MILLISECOND, 120 * MILLISECOND),
])?.with_io("greedy", 25 * MILLISECOND, 1 * MILLISECOND)?;
let outwitted = rivals.schedule(mlfq)?;
outwitted.figure()
