// "A drop lets go": but after the disk it comes too late.
// says: behind the disk
let noon = shop(|till, lane| {
    let sales = till.lock(lane);
    let sum: i32 = sales.iter().sum();
    lane.wait("writes it to the disk", 80 * MILLISECOND);
    drop(sales);
    lane.mark(&format!("sum {sum}"));
});
let queued = noon.total("ada", Blocked)?;
noon.figure().with_guess("ada stood in the queue", my_fourth_guess, queued, "ms")
