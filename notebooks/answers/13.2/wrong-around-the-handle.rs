// "Spawn it, then wait no longer than that for the handle": Amir's task goes on without it.
// says: Amir's future is to be cancelled by the timeout
let mut came = vec![];
let hungry = record("twelve minutes of patience").tasks(CurrentThread, async |run| {
    for (name, minutes) in [("Amir", 40), ("Kohli", 2)] {
        let guest = tokio::spawn(run.task(name, ask(address, name, minutes)));
        let dish = timeout(12 * MINUTE, guest).await;
        if dish.is_ok() { came.push(name) }
    }
})?;
hungry.figure()
