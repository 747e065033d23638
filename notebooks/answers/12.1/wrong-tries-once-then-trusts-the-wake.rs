// "Try first, and after the wake it must be there": a wake for something else is taken for news.
// says: John is to be heard
fn order(mut client: Client) -> impl Future<Output = String> + Send {
    let mut asked = false;
    poll_fn(move |context| {
        let mut bytes = [0; 32];
        let read = client.source.read(&mut bytes);
        if read.is_err() && !std::mem::replace(&mut asked, true) {
            client.sockets.leave(client.token, context.waker());
            return Poll::Pending;
        }
        let count = read.unwrap_or(0);
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
