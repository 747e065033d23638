// "The recording knows: how many wait at once, and on how many threads and processes they are."
let whose = riddle.each_ref().map(|run| {
    let pids: std::collections::HashSet<u32> = run.lanes.iter().map(|lane| lane.pid).collect();
    let tids: std::collections::HashSet<u32> = run.lanes.iter().map(|lane| lane.tid).collect();
    if run.most_at_once(Waiting) < 2 { "one after another" }
    else if pids.len() > 1 { "processes" }
    else if tids.len() > 1 { "threads" }
    else { "event loop" }
});
