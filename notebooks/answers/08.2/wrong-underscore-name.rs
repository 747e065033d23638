// "With an underscore it is dropped at once": _ alone is, _sales is not.
// says: behind the disk
let noon = shop(|till, lane| {
    let _sales = till.lock(lane);
    let sum: i32 = _sales.iter().sum();
    lane.wait("writes it to the disk", 80 * MILLISECOND);
    lane.mark(&format!("sum {sum}"));
});
let queued = noon.total("ada", Blocked)?;
noon.figure().with_guess("ada stood in the queue", my_fourth_guess, queued, "ms")
