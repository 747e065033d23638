// The list is split first; the threads are made by map.
use std::thread::{self, ThreadId};
fn add(part: &[u32]) -> (u64, usize, ThreadId) {
    let sum = part.iter().map(|number| u64::from(*number)).sum();
    (sum, part.as_ptr().addr(), thread::current().id())
}
let numbers: Vec<u32> = (1..=1_000_000).collect();
let halves = thread::scope(|scope| {
    let (left, right) = numbers.split_at(500_000);
    [left, right].map(|half| scope.spawn(move || add(half))).map(|thread| thread.join().unwrap())
});
println!("the sum is {}", halves[0].0 + halves[1].0);
