// The same as a type of its own, with poll by hand.
struct Evening { dish: BoxFuture<'static, ()>, closing: BoxFuture<'static, ()> }
impl Future for Evening {
    type Output = &'static str;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<&'static str> {
        let dish = self.dish.as_mut().poll(context).map(|_| "eats");
        if dish.is_ready() { return dish; }
        self.closing.as_mut().poll(context).map(|_| "sent home")
    }
}
fn until(dish: BoxFuture<'static, ()>, closing: BoxFuture<'static, ()>) -> Evening { Evening { dish, closing } }
let closing = record("the kitchen closes at 10").within(60 * MINUTE).event_loop(|run| {
    let told = |who, minutes| told_by(run.clone(), who, minutes).boxed();
    let guests = [("Amir", 30), ("Kohli", 5), ("John", 1)].map(|(guest, minutes)| {
        let evening = until(told("cook", minutes), told("clock", 10));
        run.task(guest, evening.map(move |how| println!("{guest}: {how}"))).boxed()
    });
    run_all(run, guests.into());
}).kept();
closing.figure()
