// "Shared memory it is": each child makes a mapping of its own, which nobody else knows.
// says: the parent finds 0 primes
fn is_prime(number: u64) -> bool {
    number > 1 && (2..).take_while(|part| part * part <= number).all(|part| number % part != 0)
}
fn count_primes(below: u64) -> Result<(Timeline, u64), Error> {
    let found = Shared::<AtomicU64>::new()?;
    let run = record("four count primes").processes(|run| {
        for quarter in 0..4 {
            run.fork(format!("quarter {quarter}"), |lane| {
                let found = Shared::<AtomicU64>::new().unwrap();
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
