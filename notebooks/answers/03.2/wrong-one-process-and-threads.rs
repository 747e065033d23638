// "Threads see the same number": they do, and nobody counts in a process of its own.
// says: 0 children counted
fn is_prime(number: u64) -> bool {
    number > 1 && (2..).take_while(|part| part * part <= number).all(|part| number % part != 0)
}
fn count_primes(below: u64) -> Result<(Timeline, u64), Error> {
    let found = AtomicU64::new(0);
    let found = &found;
    let run = record("four count primes").threads(|run| {
        for quarter in 0..4 {
            run.spawn(format!("quarter {quarter}"), move |lane| {
                let _span = lane.span(Running, "counts");
                let own = quarter * below / 4..(quarter + 1) * below / 4;
                for _ in own.filter(|number| is_prime(*number)) {
                    found.fetch_add(1, Relaxed);
                }
            });
        }
    })?;
    Ok((run, found.load(Relaxed)))
}
let (counted, total) = count_primes(400_000)?;
counted.figure()
