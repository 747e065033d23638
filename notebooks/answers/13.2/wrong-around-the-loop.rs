// "A timeout around everything": Amir uses up the patience of all, and Kohli never orders.
// says: Kohli is to get his dish of 2 minutes
let mut came = vec![];
let hungry = record("twelve minutes of patience").tasks(CurrentThread, async |run| {
    let all = async {
        for (name, minutes) in [("Amir", 40), ("Kohli", 2)] {
            let dish = run.task(name, ask(address, name, minutes)).await;
            if dish.is_ok() { came.push(name) }
        }
    };
    let _ = timeout(12 * MINUTE, all).await;
})?;
hungry.figure()
