// "Nobody stays longer than closing time": nobody eats either.
// says: Kohli and John are to eat
fn until(mut dish: BoxFuture<'static, ()>, mut closing: BoxFuture<'static, ()>)
    -> impl Future<Output = &'static str> + Send {
    closing.map(|_| "sent home")
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
