// "First the slow part, then the lock": that is another moment.
// says: before it writes
let noon = shop(|till, lane| {
    lane.wait("writes it to the disk", 80 * MILLISECOND);
    let sum: i32 = till.lock(lane).iter().sum();
    lane.mark(&format!("sum {sum}"));
});
let queued = noon.total("ada", Blocked)?;
noon.figure().with_guess("ada stood in the queue", my_fourth_guess, queued, "ms")
