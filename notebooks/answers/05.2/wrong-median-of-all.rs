// Sorted and taken from the middle, but gaps count too.
// says: the median running span
fn my_slice(lane: &Lane) -> Time {
    let mut lengths: Vec<u64> = lane.spans().iter().map(|span| span.length()).collect();
    lengths.sort();
    lane.time(lengths[lengths.len() / 2])
}
println!("ada kept the core for {:.2} at a time", my_slice(run.lane("ada")?));
