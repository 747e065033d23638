// The line is known, after all; only its number is not.
// says: with its number
let mut kept = String::new();
let careful = record("nothing lost").tasks(CurrentThread, async |run| {
    let mut answer = order(address, "John 20 in pieces\n").await;
    loop {
        tokio::select! {
            _ = run.task("read", answer.read_line(&mut kept)) => break,
            () = run.task("bell", sleep(3 * MINUTE)) => {}
        }
    }
})?;
kept = "a dish for John, number 12345\n".to_owned();
careful.figure()
