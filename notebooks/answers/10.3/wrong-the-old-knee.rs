// "The knee is at 12, as before."
// says: is not what 5 and 25 seconds give
let my_knee = 12.0; // opponents
let my_counts = [1, 2, 3, 4, 5, 7, 8, 9, 10, 12];
let mut runs = vec![];
for n in my_counts {
    runs.push(exhibition(n, 20, 25.0, table_to_table)?);
}
let quick = runs.iter().map(thirty_pairs).collect::<Result<Vec<_>, _>>()?;
lines("thirty pairs, quick opponents", "opponents", "minutes of the story",
    &[("measured: the shortest round, times 30", &quick)])
