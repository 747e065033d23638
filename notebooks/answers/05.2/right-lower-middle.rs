// Of an even number, the lower one of the two in the middle.
fn my_slice(lane: &Lane) -> Time {
    let mut lengths = vec![];
    for span in lane.spans() {
        if span.activity == Running { lengths.push(span.length()); }
    }
    lengths.sort_unstable();
    let middle = lengths.len().saturating_sub(1) / 2;
    if lengths.is_empty() { Time::ZERO } else { lane.time(lengths[middle]) }
}
println!("ada kept the core for {:.2} at a time", my_slice(run.lane("ada")?));
