// If Amir's dish is quick, nobody needs patience.
// says: Amir's future is to be cancelled by the timeout
let mut came = vec![];
let hungry = record("twelve minutes of patience").tasks(CurrentThread, async |run| {
    for (name, minutes) in [("Amir", 12), ("Kohli", 2)] {
        let dish = run.task(name, ask(address, name, minutes)).await;
        if dish.is_ok() && name == "Kohli" { came.push(name) }
    }
})?;
hungry.figure()
