// Five workers, and a little more room between the stages; it does no harm.
let balanced = record("room for four").threads(|run| {
    let (orders, to_mix) = run.channel("orders");
    let (mixed, to_bake) = run.sync_channel("mixed", 4);
    let (baked, to_pack) = run.sync_channel("baked", 4);
    let (packed, shop) = run.channel("packed");
    stage(run, "mixer", 1, 5 * MILLISECOND, to_mix, mixed);
    stage(run, "baker", 3, 15 * MILLISECOND, to_bake, baked);
    stage(run, "packer", 1, 5 * MILLISECOND, to_pack, packed);
    let lane = run.lane("shop");
    (0..20).for_each(|cake| orders.send(&lane, cake).unwrap());
    drop(orders);
    shop.iter(&lane).for_each(drop);
})?;
balanced.figure()
