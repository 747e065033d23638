// Amir is dropped after twelve minutes, and Kohli's dish is written down without asking for it.
// says: Kohli is to get his dish of 2 minutes
let mut came = vec![];
let hungry = record("twelve minutes of patience").tasks(CurrentThread, async |run| {
    let _ = timeout(12 * MINUTE, run.task("Amir", ask(address, "Amir", 40))).await;
    run.task("Kohli", async {}).await;
    came.push("Kohli");
})?;
hungry.figure()
