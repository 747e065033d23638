// The queue of the lesson does it, too.
let two = record("two in turns").coroutines(|run| {
    let pieces = |count| move |me: &Yielder| for _ in 0..count {
        me.work("a piece", 1 * MILLISECOND);
        me.pause();
    };
    let (ada, bob) = (run.spawn("ada", pieces(3)), run.spawn("bob", pieces(6)));
    round_robin([ada, bob].into());
})?;
two.figure()
