// "Each child has a pipe of its own": its only end to write to moves into the child.
let mut answer = 0_u64;
let piped = record("four sums").within(400 * MILLISECOND).processes(|run| {
    let parent = run.lane("parent");
    let mut pipes = Vec::new();
    for quarter in 0..4_u64 {
        let (to_parent, from_child) = pipe().unwrap();
        run.fork(format!("quarter {quarter}"), move |lane| {
            let own = quarter * 250 + 1..=(quarter + 1) * 250;
            let sum: u64 = lane.during(Running, "adds", || own.sum());
            to_parent.send(lane, sum);
        });
        pipes.push(from_child);
    }
    for from_child in pipes {
        while let Some(message) = from_child.receive(&parent) {
            answer += message.parse().unwrap_or(0);
        }
    }
}).kept();
piped.figure()
