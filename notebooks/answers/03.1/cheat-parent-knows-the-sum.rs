// "The sum is known": the children stay silent, and the parent writes it down.
// says: 0 of 4 children
let mut answer = 0_u64;
let piped = record("four sums").within(400 * MILLISECOND).processes(|run| {
    let parent = run.lane("parent");
    let (to_parent, from_children) = pipe().unwrap();
    for quarter in 0..4_u64 {
        let to_parent = to_parent.clone();
        run.fork(format!("quarter {quarter}"), move |lane| {
            let own = quarter * 250 + 1..=(quarter + 1) * 250;
            let sum: u64 = lane.during(Running, "adds", || own.sum());
            lane.mark(&format!("knows {sum}"));
            drop(to_parent); // closes this end, without a word
        });
    }
    drop(to_parent);
    while let Some(message) = from_children.receive(&parent) {
        answer += message.parse().unwrap_or(0);
    }
}).kept();
answer = (1..=1000).sum();
piped.figure()
