// "At closing time he goes": the clock is read in the poll, and nobody asks for a poll at closing time.
// says: Amir is to leave at closing time
fn until(mut dish: BoxFuture<'static, ()>, mut closing: BoxFuture<'static, ()>)
    -> impl Future<Output = &'static str> + Send {
    let closes = Instant::now() + Duration::from_millis(150);
    poll_fn(move |context| {
        if dish.poll_unpin(context).is_ready() { return Poll::Ready("eats"); }
        if Instant::now() >= closes { return Poll::Ready("sent home"); }
        Poll::Pending
    })
}
let closing = record("the kitchen closes at 10").within(60 * MINUTE).event_loop(|run| {
    let told = |who, minutes| told_by(run.clone(), who, minutes).boxed();
    let guests = [("Amir", 30), ("Kohli", 5), ("John", 1)].map(|(guest, minutes)| {
        let evening = until(told("cook", minutes), told("clock", 10));
        run.task(guest, evening.map(move |how| println!("{guest}: {how}"))).boxed()
    });
    run_all(run, guests.into());
}).kept();
closing.figure()
