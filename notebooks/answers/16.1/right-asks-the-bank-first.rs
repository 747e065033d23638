// Asks the bank first. Two who ask at the same moment would both add, but a lease keeps them apart.
fn charge(bank: &Bank, order: &Task) {
    let account = &bank[order.id as usize];
    if account.load(Relaxed) == 0 {
        account.fetch_add(12, Relaxed);
    }
}
let (charged, bank) = evening("after the charge", charge)?;
println!("coins: {bank:?}");
charged.figure()
