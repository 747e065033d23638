// From no coins to twelve, or not at all.
fn charge(bank: &Bank, order: &Task) {
    let _ = bank[order.id as usize].compare_exchange(0, 12, Relaxed, Relaxed);
}
let (charged, bank) = evening("after the charge", charge)?;
println!("coins: {bank:?}");
charged.figure()
