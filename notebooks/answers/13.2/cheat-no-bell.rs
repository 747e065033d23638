// Without a bell nothing is ever cancelled.
// says: every three minutes the bell is to ring
let mut kept = String::new();
let careful = record("nothing lost").tasks(CurrentThread, async |run| {
    let mut answer = order(address, "John 20 in pieces\n").await;
    run.task("read", answer.read_line(&mut kept)).await.unwrap();
})?;
careful.figure()
