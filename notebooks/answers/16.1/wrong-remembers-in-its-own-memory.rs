// "I remember whom I charged": but a worker that is dead remembers nothing.
// says: where bob dies after the charge
fn charge(bank: &Bank, order: &Task) {
    static DONE: std::sync::Mutex<Vec<u64>> = std::sync::Mutex::new(Vec::new());
    let mut done = DONE.lock().unwrap();
    if !done.contains(&order.id) {
        done.push(order.id);
        bank[order.id as usize].fetch_add(12, Relaxed);
    }
}
let (charged, bank) = evening("after the charge", charge)?;
println!("coins: {bank:?}");
charged.figure()
