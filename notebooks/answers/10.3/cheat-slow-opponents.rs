// "With the old opponents my old knee is right."
// says: are to reply after 25 seconds
let my_knee = 12.0; // opponents
let my_counts = [4, 6, 8, 10, 14, 16, 18, 20];
let mut runs = vec![];
for n in my_counts {
    runs.push(exhibition(n, 20, 55.0, table_to_table)?);
}
let quick = runs.iter().map(thirty_pairs).collect::<Result<Vec<_>, _>>()?;
lines("thirty pairs, quick opponents", "opponents", "minutes of the story",
    &[("measured: the shortest round, times 30", &quick)])
