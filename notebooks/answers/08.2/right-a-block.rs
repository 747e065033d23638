// The guard ends with its block, and the sum comes out of it.
let noon = shop(|till, lane| {
    let sum: i32 = {
        let sales = till.lock(lane);
        sales.iter().sum()
    };
    lane.wait("writes it to the disk", 80 * MILLISECOND);
    lane.mark(&format!("sum {sum}"));
});
let queued = noon.total("ada", Blocked)?;
noon.figure().with_guess("ada stood in the queue", my_fourth_guess, queued, "ms")
