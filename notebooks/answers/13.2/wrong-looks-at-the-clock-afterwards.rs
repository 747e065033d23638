// "I measure, and send him away if it was too long": by then he has waited all the time.
// says: Amir's future is to be cancelled by the timeout
let mut came = vec![];
let hungry = record("twelve minutes of patience").tasks(CurrentThread, async |run| {
    for (name, minutes) in [("Amir", 40), ("Kohli", 2)] {
        let begun = std::time::Instant::now();
        let dish = run.task(name, ask(address, name, minutes)).await;
        if dish.is_ok() && begun.elapsed().as_millis() <= 120 { came.push(name) }
    }
})?;
hungry.figure()
