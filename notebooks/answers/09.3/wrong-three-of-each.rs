// "Three times as fast takes three times as many."
// says: money for five
let workers = [3, 3, 3];
let balanced = bakery(workers)?;
println!("{}", balanced.traffic("packed")?);
balanced.figure()
