// "With one worker nobody has to share."
// says: four workers are to do it
let grain = 5_000; // numbers in a chunk
let mut sums = Vec::new();
let search = record("with a grain").pool(Workers(1), |run| {
    let starts = (1..=400_000_u64).step_by(grain);
    sums = run.each(starts, |first, _| {
        let last = (first + grain as u64 - 1).min(400_000);
        (first..=last).map(digits).sum::<u64>()
    });
})?;
println!("{} chunks, {:.0} % bookkeeping", search.chunks().len(), 100.0 * search.bookkeeping());
search.figure()
