// "The mean is as good as the median."
// says: you make 15.00 ms
fn my_slice(lane: &Lane) -> Time {
    let running: Vec<u64> = lane.spans().iter().filter(|span| span.activity == Running).map(|span| span.length()).collect();
    lane.time(running.iter().sum::<u64>() / running.len().max(1) as u64)
}
println!("ada kept the core for {:.2} at a time", my_slice(run.lane("ada")?));
