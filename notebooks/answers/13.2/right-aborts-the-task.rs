// Spawned tasks, and a handle by which the one that is late is aborted.
let mut came = vec![];
let hungry = record("twelve minutes of patience").tasks(CurrentThread, async |run| {
    for (name, minutes) in [("Amir", 40), ("Kohli", 2)] {
        let guest = tokio::spawn(run.task(name, ask(address, name, minutes)));
        let stop = guest.abort_handle();
        match timeout(12 * MINUTE, guest).await {
            Ok(dish) => if dish.is_ok() { came.push(name) },
            Err(_) => stop.abort(),
        }
    }
    sleep(1 * MINUTE).await;
})?;
hungry.figure()
