// The list is copied under the lock, and added up after.
let noon = shop(|till, lane| {
    let sales = till.lock(lane).clone();
    let sum: i32 = sales.iter().sum();
    lane.wait("writes it to the disk", 80 * MILLISECOND);
    lane.mark(&format!("sum {sum}"));
});
let queued = noon.total("ada", Blocked)?;
noon.figure().with_guess("ada stood in the queue", my_fourth_guess, queued, "ms")
