// "I give it no name": but a temporary of a match lives to its end.
// says: behind the disk
let noon = shop(|till, lane| {
    match till.lock(lane).iter().sum::<i32>() {
        sum => {
            lane.wait("writes it to the disk", 80 * MILLISECOND);
            lane.mark(&format!("sum {sum}"));
        }
    }
});
let queued = noon.total("ada", Blocked)?;
noon.figure().with_guess("ada stood in the queue", my_fourth_guess, queued, "ms")
