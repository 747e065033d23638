// "One more for those at the front, one more for the bakers."
// says: the bottleneck is still there
let workers = [2, 2, 1];
let balanced = bakery(workers)?;
println!("{}", balanced.traffic("packed")?);
balanced.figure()
