// "33860 is wanted": the number from the text, whatever was asked for.
// says: the 25997 below 300000
fn is_prime(number: u64) -> bool {
    number > 1 && (2..).take_while(|part| part * part <= number).all(|part| number % part != 0)
}
fn count_primes(below: u64) -> Result<(Timeline, u64), Error> {
    let mut found = 0_u64;
    let run = record("four count primes").processes(|run| {
        for quarter in 0..4 {
            run.fork(format!("quarter {quarter}"), |lane| {
                let _span = lane.span(Running, "counts");
                let own = quarter * below / 4..(quarter + 1) * below / 4;
                for _ in own.filter(|number| is_prime(*number)) {
                    found += 1;
                }
            });
        }
    })?;
    Ok((run, 33_860))
}
let (counted, total) = count_primes(400_000)?;
counted.figure()
