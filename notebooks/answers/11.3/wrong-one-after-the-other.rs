// "First the dish, then closing time": in a row, nobody is sent home.
// says: Amir is to leave at closing time
fn until(mut dish: BoxFuture<'static, ()>, mut closing: Sleep)
    -> impl Future<Output = &'static str> + Send {
    async move {
        dish.await;
        if Instant::now() > closing.until { "sent home" } else { "eats" }
    }
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
