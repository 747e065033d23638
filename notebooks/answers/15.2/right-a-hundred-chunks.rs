// By the number of chunks instead of by their size.
let chunks = 100_u64;
let mut sums = Vec::new();
let search = record("with a grain").pool(Workers(4), |run| {
    sums = run.each(0..chunks, |number, _| {
        let (first, last) = (400_000 * number / chunks + 1, 400_000 * (number + 1) / chunks);
        (first..=last).map(digits).sum::<u64>()
    });
})?;
search.figure()
