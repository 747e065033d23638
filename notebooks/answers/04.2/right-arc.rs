// Both own the list together: an Arc counts its owners, and nothing is cloned but the pointer.
use std::thread::{self, ThreadId};
fn add(part: &[u32]) -> (u64, usize, ThreadId) {
    let sum = part.iter().map(|number| u64::from(*number)).sum();
    (sum, part.as_ptr().addr(), thread::current().id())
}
let numbers: std::sync::Arc<Vec<u32>> = std::sync::Arc::new((1..=1_000_000).collect());
let halves = {
    let (left, right) = (std::sync::Arc::clone(&numbers), std::sync::Arc::clone(&numbers));
    let one = thread::spawn(move || add(&left[..500_000]));
    let other = thread::spawn(move || add(&right[500_000..]));
    [one.join().unwrap(), other.join().unwrap()]
};
println!("the sum is {}", halves[0].0 + halves[1].0);
