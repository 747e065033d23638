// The same with the other case first: what was read, then the wait.
fn order(
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize> + Send, leave: impl Fn(&Waker) + Send,
) -> impl Future<Output = String> + Send {
    poll_fn(move |context| {
        let mut bytes = [0; 32];
        if let Ok(count) = read(&mut bytes) {
            return Poll::Ready(std::str::from_utf8(&bytes[..count]).unwrap_or_default().to_owned());
        }
        leave(context.waker());
        Poll::Pending
    })
}
let early = record("Kohli orders at once").within(60 * MINUTE).event_loop(|run| on_loop(run, |own| {
    let (kohli, client) = own.connection(b"soup")?; // his end and the table's; he has ordered already
    let (read, leave) = client.by_hand();
    spawn(&own.queue, run.task("Kohli", order(read, leave).map(|said| println!("Kohli gets {said}"))));
    Ok(kohli)
})).kept();
early.figure()
