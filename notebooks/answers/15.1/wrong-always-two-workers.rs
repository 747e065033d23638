// The formula for two workers, with the last time, whoever many workers that was.
// says: programs told rightly
fn serial_share(times: &[(f64, f64)]) -> f64 {
    2.0 * times[times.len() - 1].1 / times[0].1 - 1.0
}
fn at_most(times: &[(f64, f64)]) -> f64 {
    1.0 / serial_share(times)
}
let theirs = [(1.0, 80.0), (2.0, 48.4), (4.0, 31.8), (8.0, 24.1)];
println!("theirs: {:.0} % serial, at most {:.1} times as fast", 100.0 * serial_share(&theirs), at_most(&theirs));
