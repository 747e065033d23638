// The knee is right, but all measurements are beyond it.
// says: two on the slope are needed
let my_knee = 6.0; // opponents
let my_counts = [13, 16, 19, 22];
let mut runs = vec![];
for n in my_counts {
    runs.push(exhibition(n, 20, 25.0, table_to_table)?);
}
let quick = runs.iter().map(thirty_pairs).collect::<Result<Vec<_>, _>>()?;
lines("thirty pairs, quick opponents", "opponents", "minutes of the story",
    &[("measured: the shortest round, times 30", &quick)])
