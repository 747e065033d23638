// "If more is put in at the front, more comes out."
// says: the bottleneck is still there
let workers = [3, 1, 1];
let balanced = bakery(workers)?;
println!("{}", balanced.traffic("packed")?);
balanced.figure()
