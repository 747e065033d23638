// "The bytes are there": whoever has not ordered yet is heard with nothing.
// says: Amir, who ordered later, is to be heard
fn order(
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize> + Send, leave: impl Fn(&Waker) + Send,
) -> impl Future<Output = String> + Send {
    async move {
        let mut bytes = [0; 32];
        let count = read(&mut bytes).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }
}
let early = record("Kohli orders at once").within(60 * MINUTE).event_loop(|run| on_loop(run, |own| {
    let (kohli, client) = own.connection(b"soup")?; // his end and the table's; he has ordered already
    let (read, leave) = client.by_hand();
    spawn(&own.queue, run.task("Kohli", order(read, leave).map(|said| println!("Kohli gets {said}"))));
    Ok(kohli)
})).kept();
early.figure()
