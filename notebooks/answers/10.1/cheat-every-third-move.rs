// "Who counts the work of each move?": every third takes no time.
// says: and the work of each
fn crunch(me: &Yielder, disks: u32, moved: &mut u32) {
    if disks == 0 { return; }
    crunch(me, disks - 1, moved);
    me.work("moves a disk", if *moved % 3 == 0 { 0.001 } else { 0.1 } * MILLISECOND);
    me.mark("moved");
    *moved += 1;
    if *moved % 10 == 0 { me.pause(); }
    crunch(me, disks - 1, moved);
}
let beating = record("a heart and a cruncher").coroutines(|run| {
    let heart = run.spawn("heart", |me| for _ in 0..30 {
        me.mark("beat");
        me.pause();
    });
    let cruncher = run.spawn("cruncher", |me| crunch(me, 7, &mut 0));
    round_robin([heart, cruncher].into());
})?;
beating.figure()
