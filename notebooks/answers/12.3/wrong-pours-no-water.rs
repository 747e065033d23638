// "Then nothing is cancelled": nobody pours.
// says: water is to be poured
async fn full_order(client: &mut Client) -> String {
    let mut said = String::new();
    while !said.ends_with('.') {
        let mut bytes = [0; 32];
        let count = client.when_ready(|client| client.read(&mut bytes)).await.unwrap_or(0);
        if count == 0 { break; }
        said += &String::from_utf8_lossy(&bytes[..count]);
    }
    said
}
async fn table(mut client: Client, pause: Pause, water: LaneWriter) -> String {
    let _ = (&pause, water);
    full_order(&mut client).await
}
let slow = record("a slow order").within(60 * MINUTE).event_loop(|run| slow_guest(run, [(1, "sou"), (4, "p.")], table)).kept();
slow.figure()
