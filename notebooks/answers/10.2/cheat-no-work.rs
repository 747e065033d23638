// "Without the work only the turns are left."
// says: ada has 3 ms of work
let two = record("two in turns").coroutines(|run| {
    let pieces = |count| move |me: &Yielder| for _ in 0..count {
        me.pause();
    };
    let (mut ada, mut bob) = (run.spawn("ada", pieces(3)), run.spawn("bob", pieces(6)));
    while !ada.is_done() || !bob.is_done() {
        if !ada.is_done() { ada.resume(); }
        if !bob.is_done() { bob.resume(); }
    }
})?;
two.figure()
