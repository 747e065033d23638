// "Four children, four numbers": a shared array, in which each child writes its own place once.
fn is_prime(number: u64) -> bool {
    number > 1 && (2..).take_while(|part| part * part <= number).all(|part| number % part != 0)
}
fn count_primes(below: u64) -> Result<(Timeline, u64), Error> {
    let found = Shared::<[AtomicU64; 4]>::new()?;
    let run = record("four count primes").processes(|run| {
        for quarter in 0..4 {
            run.fork(format!("quarter {quarter}"), |lane| {
                let _span = lane.span(Running, "counts");
                let own = quarter * below / 4..(quarter + 1) * below / 4;
                found[quarter as usize].store(own.filter(|number| is_prime(*number)).count() as u64, Relaxed);
            });
        }
    })?;
    Ok((run, found.iter().map(|count| count.load(Relaxed)).sum()))
}
let (counted, total) = count_primes(400_000)?;
counted.figure()
