// "Without threads there is nothing to clone."
// says: by a thread of its own
use std::thread::{self, ThreadId};
fn add(part: &[u32]) -> (u64, usize, ThreadId) {
    let sum = part.iter().map(|number| u64::from(*number)).sum();
    (sum, part.as_ptr().addr(), thread::current().id())
}
let numbers: Vec<u32> = (1..=1_000_000).collect();
let halves = [add(&numbers[..500_000]), add(&numbers[500_000..])];
println!("the sum is {}", halves[0].0 + halves[1].0);
