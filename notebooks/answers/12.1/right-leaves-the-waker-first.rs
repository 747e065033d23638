// The waker is left before the try, so that no report can come between the two.
fn order(mut client: Client) -> impl Future<Output = String> + Send {
    poll_fn(move |context| {
        client.sockets.leave(client.token, context.waker());
        let mut bytes = [0; 32];
        let Ok(count) = client.source.read(&mut bytes) else { return Poll::Pending };
        Poll::Ready(String::from_utf8_lossy(&bytes[..count]).into_owned())
    })
}
let early = record("Kohli orders at once").within(60 * MINUTE).event_loop(|run| {
    let (door, tables) = (net::TcpListener::bind("127.0.0.1:0")?, run.clone());
    let mut kohli = net::TcpStream::connect(door.local_addr()?)?;
    kohli.write_all(b"soup")?;
    let served = |said: String| println!("Kohli gets {said}");
    serve(run, door, 1, move |_, client| tables.task("Kohli", order(client).map(served)))
}).kept();
early.figure()
