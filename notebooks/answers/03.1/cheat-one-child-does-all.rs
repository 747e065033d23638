// "One message is enough": the first child sends the whole sum, the others nothing.
// says: 1 of 4 children
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
            if quarter == 0 {
                to_parent.send(lane, (1..=1000_u64).sum::<u64>());
            }
        });
    }
    drop(to_parent);
    while let Some(message) = from_children.receive(&parent) {
        answer += message.parse().unwrap_or(0);
    }
}).kept();
piped.figure()
