// The letters lie with the table, and a cancelled order loses none.
async fn order_into(client: &mut Client, said: &mut String) {
    let mut bytes = [0; 32];
    while !said.ends_with('.') {
        let count = client.read(&mut bytes).await.unwrap_or(0);
        if count == 0 { break; }
        *said += &String::from_utf8_lossy(&bytes[..count]);
    }
}
async fn table(mut client: Client, sleep: impl Fn(Time) -> Sleep, water: LaneWriter) -> String {
    let mut said = String::new();
    loop {
        tokio::select! {
            () = order_into(&mut client, &mut said) => return said,
            () = sleep(2 * MINUTE) => water.mark("pours"),
        }
    }
}
let slow = record("a slow order").within(60 * MINUTE).event_loop(|run| on_loop(run, |own| {
    let (mut amir, client) = own.connection(b"")?;
    run.thread("Amir", move |lane| for (minutes, piece) in [(1, "sou"), (4, "p.")] {
        lane.wait("thinks", minutes * MINUTE);
        let _ = amir.write_all(piece.as_bytes());
    });
    let kitchen = run.lane("kitchen");
    let order = table(client, own.sleeper(run), run.lane("water"));
    Ok(spawn(&own.queue, run.task("table", order.map(move |said| kitchen.mark(&said)))))
})).kept();
slow.figure()
