// Only running spans, but the longest.
// says: you make 40.00 ms
fn my_slice(lane: &Lane) -> Time {
    let running = lane.spans().iter().filter(|span| span.activity == Running);
    lane.time(running.map(|span| span.length()).max().unwrap_or(0))
}
println!("ada kept the core for {:.2} at a time", my_slice(run.lane("ada")?));
