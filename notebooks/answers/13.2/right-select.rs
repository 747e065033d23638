// A select! with a timer as the other branch, which is what a timeout is.
let mut came = vec![];
let hungry = record("twelve minutes of patience").tasks(CurrentThread, async |run| {
    for (name, minutes) in [("Amir", 40), ("Kohli", 2)] {
        tokio::select! {
            dish = run.task(name, ask(address, name, minutes)) => {
                if dish.is_ok() { came.push(name) }
            }
            () = sleep(12 * MINUTE) => {}
        }
    }
})?;
hungry.figure()
