// "First the water, then the order": one pause, and then the waiter only listens.
// says: water is to be poured
async fn table(mut client: Client, sleep: impl Fn(Time) -> Sleep, water: LaneWriter) -> String {
    sleep(2 * MINUTE).await;
    water.mark("pours");
    full_order(&mut client).await
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
