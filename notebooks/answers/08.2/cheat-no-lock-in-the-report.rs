// The sales of noon are known, more or less: no lock, no queue.
// says: held the till
let noon = shop(|_till, lane| {
    let sum: i32 = 82;
    lane.wait("writes it to the disk", 80 * MILLISECOND);
    lane.mark(&format!("sum {sum}"));
});
let queued = noon.total("ada", Blocked)?;
noon.figure().with_guess("ada stood in the queue", my_fourth_guess, queued, "ms")
