// A straight line over 1/n through all points: its height at 0 is the serial part.
fn serial_share(times: &[(f64, f64)]) -> f64 {
    let count = times.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| times.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(&|p| 1.0 / p.0), mean(&|p| p.1));
    let slope = mean(&|p| (1.0 / p.0 - x) * (p.1 - y)) / mean(&|p| (1.0 / p.0 - x).powi(2));
    (y - slope * x) / (y - slope * x + slope)
}
fn at_most(times: &[(f64, f64)]) -> f64 {
    1.0 / serial_share(times)
}
let theirs = [(1.0, 80.0), (2.0, 48.4), (4.0, 31.8), (8.0, 24.1)];
println!("theirs: {:.0} % serial, at most {:.1} times as fast", 100.0 * serial_share(&theirs), at_most(&theirs));
