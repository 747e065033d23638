// "Two pieces of bob for each of ada, then both are done together."
// says: one turn each
let two = record("two in turns").coroutines(|run| {
    let pieces = |count| move |me: &Yielder| for _ in 0..count {
        me.work("a piece", 1 * MILLISECOND);
        me.pause();
    };
    let (mut ada, mut bob) = (run.spawn("ada", pieces(3)), run.spawn("bob", pieces(6)));
    while !ada.is_done() || !bob.is_done() {
        if !ada.is_done() { ada.resume(); }
        if !bob.is_done() { bob.resume(); }
        if !bob.is_done() { bob.resume(); }
    }
})?;
two.figure()
