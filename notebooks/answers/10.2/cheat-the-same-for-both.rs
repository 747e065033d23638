// "If both have as much to do, alternating is easy."
// says: both are to be done
let two = record("two in turns").coroutines(|run| {
    let pieces = |count| move |me: &Yielder| for _ in 0..count {
        me.work("a piece", 1 * MILLISECOND);
        me.pause();
    };
    let (mut ada, mut bob) = (run.spawn("ada", pieces(3)), run.spawn("bob", pieces(3)));
    while ada.resume() != Turn::Done { bob.resume(); }
    bob.resume();
})?;
two.figure()
