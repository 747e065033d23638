// "Then the clock is read in time": the task wakes itself in each poll.
// says: polled only after a wake
fn until(mut dish: BoxFuture<'static, ()>, mut closing: Sleep)
    -> impl Future<Output = &'static str> + Send {
    poll_fn(move |context| {
        if dish.poll_unpin(context).is_ready() { return Poll::Ready("eats"); }
        if Instant::now() >= closing.until { return Poll::Ready("sent home"); }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}
let closing = record("the kitchen closes at 10").within(60 * MINUTE).event_loop(|run| {
    let timers: Arc<Timers> = Arc::default();
    let sleep = |minutes| Sleep { until: run.deadline(minutes * MINUTE), timers: timers.clone() };
    let guests = [("Amir", 30), ("Kohli", 5), ("John", 1)].map(|(guest, minutes)| {
        let evening = until(sleep(minutes).boxed(), sleep(10));
        run.task(guest, evening.map(move |how| println!("{guest}: {how}"))).boxed()
    });
    run_all(run, &timers, guests.into());
}).kept();
closing.figure()
