// "Then no report can be missed": the task wakes itself in every poll.
// says: polled after a wake only
fn order(
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize> + Send, leave: impl Fn(&Waker) + Send,
) -> impl Future<Output = String> + Send {
    poll_fn(move |context| {
        let mut bytes = [0; 32];
        let Ok(count) = read(&mut bytes) else {
            context.waker().wake_by_ref();
            return Poll::Pending;
        };
        Poll::Ready(String::from_utf8_lossy(&bytes[..count]).into_owned())
    })
}
let early = record("Kohli orders at once").within(60 * MINUTE).event_loop(|run| on_loop(run, |own| {
    let (kohli, client) = own.connection(b"soup")?; // his end and the table's; he has ordered already
    let (read, leave) = client.by_hand();
    spawn(&own.queue, run.task("Kohli", order(read, leave).map(|said| println!("Kohli gets {said}"))));
    Ok(kohli)
})).kept();
early.figure()
