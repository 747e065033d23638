// Four on the level and five on the slope.
let my_knee = 6.0; // opponents
let my_counts = [2, 3, 4, 5, 8, 10, 12, 14, 16];
let mut runs = vec![];
for n in my_counts {
    runs.push(exhibition(n, 20, 25.0, table_to_table)?);
}
let quick = runs.iter().map(thirty_pairs).collect::<Result<Vec<_>, _>>()?;
lines("thirty pairs, quick opponents", "opponents", "minutes of the story",
    &[("measured: the shortest round, times 30", &quick)])
