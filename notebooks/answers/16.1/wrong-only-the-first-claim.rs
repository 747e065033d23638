// "A first claim charges, later ones must not": but the first one may have died before it charged.
// says: and where he dies before it
fn charge(bank: &Bank, order: &Task) {
    if order.attempt == 1 {
        bank[order.id as usize].fetch_add(12, Relaxed);
    }
}
let (charged, bank) = evening("after the charge", charge)?;
println!("coins: {bank:?}");
charged.figure()
