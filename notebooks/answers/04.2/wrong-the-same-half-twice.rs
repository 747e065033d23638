// A slip: both add up the first half.
// says: the sum is to be
use std::thread::{self, ThreadId};
fn add(part: &[u32]) -> (u64, usize, ThreadId) {
    let sum = part.iter().map(|number| u64::from(*number)).sum();
    (sum, part.as_ptr().addr(), thread::current().id())
}
let numbers: Vec<u32> = (1..=1_000_000).collect();
let halves = thread::scope(|scope| {
    let one = scope.spawn(|| add(&numbers[..500_000]));
    let other = scope.spawn(|| add(&numbers[..500_000]));
    [one.join().unwrap(), other.join().unwrap()]
});
println!("the sum is {}", halves[0].0 + halves[1].0);
