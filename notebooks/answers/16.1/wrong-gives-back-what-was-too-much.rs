// "Who comes again gives back what was too much": but nobody knows whether the first one had charged.
// says: and where he dies before it
fn charge(bank: &Bank, order: &Task) {
    bank[order.id as usize].fetch_add(12, Relaxed);
    if order.attempt > 1 {
        bank[order.id as usize].fetch_sub(12, Relaxed);
    }
}
let (charged, bank) = evening("after the charge", charge)?;
println!("coins: {bank:?}");
charged.figure()
