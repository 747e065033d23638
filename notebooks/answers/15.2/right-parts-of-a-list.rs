// A list, cut by chunks().
let numbers: Vec<u64> = (1..=400_000).collect();
let mut sums = Vec::new();
let search = record("with a grain").pool(Workers(4), |run| {
    sums = run.each(numbers.chunks(2_500), |part, _| part.iter().map(|n| digits(*n)).sum::<u64>());
})?;
search.figure()
