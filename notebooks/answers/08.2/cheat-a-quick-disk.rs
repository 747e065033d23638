// A disk of one millisecond holds nobody up for long.
// says: for 80 ms
let noon = shop(|till, lane| {
    let sales = till.lock(lane);
    let sum: i32 = sales.iter().sum();
    lane.wait("writes it to the disk", 1 * MILLISECOND);
    lane.mark(&format!("sum {sum}"));
});
let queued = noon.total("ada", Blocked)?;
noon.figure().with_guess("ada stood in the queue", my_fourth_guess, queued, "ms")
