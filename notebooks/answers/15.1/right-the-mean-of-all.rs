// What each number of workers says, and the mean of that.
fn serial_share(times: &[(f64, f64)]) -> f64 {
    let one = times[0].1;
    let shares = times[1..].iter().map(|(n, time)| (n * time / one - 1.0) / (n - 1.0));
    shares.sum::<f64>() / (times.len() - 1) as f64
}
fn at_most(times: &[(f64, f64)]) -> f64 {
    1.0 / serial_share(times)
}
let theirs = [(1.0, 80.0), (2.0, 48.4), (4.0, 31.8), (8.0, 24.1)];
println!("theirs: {:.0} % serial, at most {:.1} times as fast", 100.0 * serial_share(&theirs), at_most(&theirs));
