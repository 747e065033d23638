// The same as a type of its own, with poll by hand.
struct Evening { dish: BoxFuture<'static, ()>, closing: Sleep }
impl Future for Evening {
    type Output = &'static str;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<&'static str> {
        let dish = self.dish.as_mut().poll(context).map(|_| "eats");
        if dish.is_ready() { return dish; }
        Pin::new(&mut self.closing).poll(context).map(|_| "sent home")
    }
}
fn until(dish: BoxFuture<'static, ()>, closing: Sleep) -> Evening { Evening { dish, closing } }
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
