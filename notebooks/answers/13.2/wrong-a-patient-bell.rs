// "If the bell waits long enough, the line is there before": then it hardly rings.
// says: every three minutes the bell is to ring
let mut kept = String::new();
let careful = record("nothing lost").tasks(CurrentThread, async |run| {
    let mut answer = order(address, "John 20 in pieces\n").await;
    loop {
        tokio::select! {
            _ = run.task("read", answer.read_line(&mut kept)) => break,
            () = run.task("bell", sleep(30 * MINUTE)) => {}
        }
    }
})?;
careful.figure()
