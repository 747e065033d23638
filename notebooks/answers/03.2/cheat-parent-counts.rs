// "The parent may count as well": the children have nothing to do.
// says: each its own quarter
fn is_prime(number: u64) -> bool {
    number > 1 && (2..).take_while(|part| part * part <= number).all(|part| number % part != 0)
}
fn count_primes(below: u64) -> Result<(Timeline, u64), Error> {
    let run = record("four count primes").processes(|run| {
        for quarter in 0..4 {
            run.fork(format!("quarter {quarter}"), |lane| lane.during(Running, "counts", || ()));
        }
    })?;
    Ok((run, (0..below).filter(|number| is_prime(*number)).count() as u64))
}
let (counted, total) = count_primes(400_000)?;
counted.figure()
