// "Nobody but the children may hold the end": so it is dropped, but only the first child gets one.
// says: 1 of 4 children
let mut answer = 0_u64;
let piped = record("four sums").within(400 * MILLISECOND).processes(|run| {
    let parent = run.lane("parent");
    let (to_parent, from_children) = pipe().unwrap();
    let mut only_end = Some(to_parent);
    for quarter in 0..4_u64 {
        let end = only_end.take();
        run.fork(format!("quarter {quarter}"), move |lane| {
            let own = quarter * 250 + 1..=(quarter + 1) * 250;
            let sum: u64 = lane.during(Running, "adds", || own.sum());
            if let Some(to_parent) = end {
                to_parent.send(lane, sum);
            }
        });
    }
    while let Some(message) = from_children.receive(&parent) {
        answer += message.parse().unwrap_or(0);
    }
}).kept();
piped.figure()
