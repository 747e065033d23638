// As many for each stage as its time holds of the shortest.
let workers = [5, 15, 5].map(|time| time / 5);
let balanced = bakery(workers)?;
println!("{}", balanced.traffic("packed")?);
balanced.figure()
