// The letters lie with the table, and a cancelled order loses none.
async fn full_order(client: &mut Client, said: &mut String) {
    while !said.ends_with('.') {
        let mut bytes = [0; 32];
        let count = client.when_ready(|client| client.read(&mut bytes)).await.unwrap_or(0);
        if count == 0 { break; }
        *said += &String::from_utf8_lossy(&bytes[..count]);
    }
}
async fn table(mut client: Client, pause: Pause, water: LaneWriter) -> String {
    let mut said = String::new();
    loop {
        tokio::select! {
            () = full_order(&mut client, &mut said) => return said,
            () = pause() => water.mark("pours"),
        }
    }
}
let slow = record("a slow order").within(60 * MINUTE).event_loop(|run| slow_guest(run, [(1, "sou"), (4, "p.")], table)).kept();
slow.figure()
