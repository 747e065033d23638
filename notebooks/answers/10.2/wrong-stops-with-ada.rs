// "When one is done, the loop is over." Bob is dropped with half of his work.
// says: both are to be done
let two = record("two in turns").coroutines(|run| {
    let pieces = |count| move |me: &Yielder| for _ in 0..count {
        me.work("a piece", 1 * MILLISECOND);
        me.pause();
    };
    let (mut ada, mut bob) = (run.spawn("ada", pieces(3)), run.spawn("bob", pieces(6)));
    while !ada.is_done() && !bob.is_done() {
        ada.resume();
        bob.resume();
    }
})?;
two.figure()
