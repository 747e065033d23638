// The one in the middle of the list, which is not sorted.
// says: you make 40.00 ms
fn my_slice(lane: &Lane) -> Time {
    let running: Vec<u64> = lane.spans().iter().filter(|span| span.activity == Running).map(|span| span.length()).collect();
    lane.time(running.get(running.len() / 2).copied().unwrap_or(0))
}
println!("ada kept the core for {:.2} at a time", my_slice(run.lane("ada")?));
