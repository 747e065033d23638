// "Five milliseconds are enough for a cake."
// says: each for its full time
let balanced = record("quick").threads(|run| {
    let (orders, to_bake) = run.channel("orders");
    let (packed, shop) = run.channel("packed");
    stage(run, "baker", 3, 5 * MILLISECOND, to_bake, packed);
    let lane = run.lane("shop");
    (0..20).for_each(|cake| orders.send(&lane, cake).unwrap());
    drop(orders);
    shop.iter(&lane).for_each(drop);
})?;
balanced.figure()
