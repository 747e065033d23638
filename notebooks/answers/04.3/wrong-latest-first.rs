// Sorted by time, and the latest comes first.
// says: whatever the list
fn report(mut lines: Vec<(u64, &'static str)>) -> Vec<&'static str> {
    lines.sort_by_key(|line| std::cmp::Reverse(line.0));
    lines.into_iter().map(|(_, name)| name).collect()
}
let lines = std::sync::Mutex::new(Vec::new());
let seen = record("who saw it when").threads(|run| {
    for (name, before, after) in [("ada", 2, 26), ("bob", 14, 2), ("cem", 8, 14)] {
        let lines = &lines;
        run.spawn(name, move |lane| {
            lane.wait("looks out", before * MILLISECOND);
            let moment = timelanes::machine::now();
            lane.mark("saw it");
            lane.wait("writes it up", after * MILLISECOND);
            lines.lock().unwrap().push((moment, name));
        });
    }
})?;
println!("in the order of time: {:?}", report(lines.into_inner().unwrap()));
seen.figure()
