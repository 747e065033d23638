// "A number can be sent": each child counts for itself and sends what it found through a pipe.
fn is_prime(number: u64) -> bool {
    number > 1 && (2..).take_while(|part| part * part <= number).all(|part| number % part != 0)
}
fn count_primes(below: u64) -> Result<(Timeline, u64), Error> {
    let mut found = 0_u64;
    let run = record("four count primes").processes(|run| {
        let parent = run.lane("parent");
        let (to_parent, from_children) = pipe().unwrap();
        for quarter in 0..4 {
            let to_parent = to_parent.clone();
            run.fork(format!("quarter {quarter}"), move |lane| {
                let own = quarter * below / 4..(quarter + 1) * below / 4;
                let count = lane.during(Running, "counts", || own.filter(|number| is_prime(*number)).count());
                to_parent.send(lane, count);
            });
        }
        drop(to_parent);
        found = std::iter::from_fn(|| from_children.receive(&parent)).filter_map(|count| count.parse::<u64>().ok()).sum();
    })?;
    Ok((run, found))
}
let (counted, total) = count_primes(400_000)?;
counted.figure()
