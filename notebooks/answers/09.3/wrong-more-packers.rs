// "It is slow at the end, so help at the end."
// says: the bottleneck is still there
let workers = [1, 1, 3];
let balanced = bakery(workers)?;
println!("{}", balanced.traffic("packed")?);
balanced.figure()
