// "biased polls the read first, so the bell cannot win while bytes are coming": it wins while they are not.
// says: the whole line is to arrive
let mut kept = String::new();
let careful = record("nothing lost").tasks(CurrentThread, async |run| {
    let mut answer = order(address, "John 20 in pieces\n").await;
    loop {
        tokio::select! {
            biased;
            _ = run.task("read", answer.read_line(&mut kept)) => break,
            () = run.task("bell", sleep(3 * MINUTE)) => {}
        }
    }
})?;
careful.figure()
