// "A Vec keeps the bytes": not when each turn begins with a new one.
// says: the whole line is to arrive
let mut kept: Vec<u8> = Vec::new();
let careful = record("nothing lost").tasks(CurrentThread, async |run| {
    let mut answer = order(address, "John 20 in pieces\n").await;
    loop {
        let mut bytes = Vec::new();
        tokio::select! {
            _ = run.task("read", answer.read_until(b'\n', &mut bytes)) => {
                kept = bytes;
                break;
            }
            () = run.task("bell", sleep(3 * MINUTE)) => {}
        }
    }
})?;
careful.figure()
