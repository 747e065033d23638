// Lines keeps the half that has come; next_line is cancel safe.
let mut kept = String::new();
let careful = record("nothing lost").tasks(CurrentThread, async |run| {
    let mut lines = order(address, "John 20 in pieces\n").await.lines();
    loop {
        tokio::select! {
            line = run.task("read", lines.next_line()) => {
                kept = line.unwrap().unwrap();
                break;
            }
            () = run.task("bell", sleep(3 * MINUTE)) => {}
        }
    }
})?;
careful.figure()
