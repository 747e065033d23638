// "Kohli says soup, I know that": nothing is read.
// says: Kohli, who ordered before he was seated
fn order(
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize> + Send, leave: impl Fn(&Waker) + Send,
) -> impl Future<Output = String> + Send {
    async move { let _ = (&mut read, &leave); "soup".to_owned() }
}
let early = record("Kohli orders at once").within(60 * MINUTE).event_loop(|run| on_loop(run, |own| {
    let (kohli, client) = own.connection(b"soup")?; // his end and the table's; he has ordered already
    let (read, leave) = client.by_hand();
    spawn(&own.queue, run.task("Kohli", order(read, leave).map(|said| println!("Kohli gets {said}"))));
    Ok(kohli)
})).kept();
early.figure()
