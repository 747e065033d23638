// "Each child sends its sum, and the loop ends when they are done": the parent can still write.
// says: stop listening
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
            to_parent.send(lane, sum);
        });
    }
    while let Some(message) = from_children.receive(&parent) {
        answer += message.parse().unwrap_or(0);
    }
}).kept();
piped.figure()
