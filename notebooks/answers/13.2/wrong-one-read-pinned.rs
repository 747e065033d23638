// As in lesson 12: one read for the whole time, and the branch drops a reference to it and no more.
// says: a read of its own
let mut kept = String::new();
let careful = record("nothing lost").tasks(CurrentThread, async |run| {
    let mut answer = order(address, "John 20 in pieces\n").await;
    let read = run.task("read", answer.read_line(&mut kept));
    tokio::pin!(read);
    loop {
        tokio::select! {
            _ = &mut read => break,
            () = run.task("bell", sleep(3 * MINUTE)) => {}
        }
    }
})?;
careful.figure()
