// "Ada has three pieces, so three rounds; then the rest of bob." Ada never comes to her end.
// says: both are to be done
let two = record("two in turns").coroutines(|run| {
    let pieces = |count| move |me: &Yielder| for _ in 0..count {
        me.work("a piece", 1 * MILLISECOND);
        me.pause();
    };
    let (mut ada, mut bob) = (run.spawn("ada", pieces(3)), run.spawn("bob", pieces(6)));
    for _ in 0..3 {
        ada.resume();
        bob.resume();
    }
    while bob.resume() != Turn::Done {}
})?;
two.figure()
