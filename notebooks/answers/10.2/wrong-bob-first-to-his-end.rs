// "Bob has more, so he goes first." Nobody alternates.
// says: one turn each
let two = record("two in turns").coroutines(|run| {
    let pieces = |count| move |me: &Yielder| for _ in 0..count {
        me.work("a piece", 1 * MILLISECOND);
        me.pause();
    };
    let (mut ada, mut bob) = (run.spawn("ada", pieces(3)), run.spawn("bob", pieces(6)));
    while bob.resume() != Turn::Done {}
    while ada.resume() != Turn::Done {}
})?;
two.figure()
