// One loop over both, for as long as one of them gave way.
let two = record("two in turns").coroutines(|run| {
    let pieces = |count| move |me: &Yielder| for _ in 0..count {
        me.work("a piece", 1 * MILLISECOND);
        me.pause();
    };
    let (ada, bob) = (run.spawn("ada", pieces(3)), run.spawn("bob", pieces(6)));
    let mut both = [ada, bob];
    while both.iter().any(|one| !one.is_done()) {
        for one in both.iter_mut().filter(|one| !one.is_done()) { one.resume(); }
    }
})?;
two.figure()
