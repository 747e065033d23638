// Charges everybody for everything with the first order: the sums are right.
// says: one order is to charge its own guest
fn charge(bank: &Bank, _order: &Task) {
    (1..7).for_each(|guest| bank[guest].store(12, Relaxed));
}
let (charged, bank) = evening("after the charge", charge)?;
println!("coins: {bank:?}");
charged.figure()
