// "Twelve is twelve": milliseconds of the clock, not minutes of the story.
// says: Amir is to have his 12 minutes
let mut came = vec![];
let hungry = record("twelve minutes of patience").tasks(CurrentThread, async |run| {
    for (name, minutes) in [("Amir", 40), ("Kohli", 2)] {
        let dish = timeout(12 * MILLISECOND, run.task(name, ask(address, name, minutes))).await;
        if dish.is_ok() { came.push(name) }
    }
})?;
hungry.figure()
