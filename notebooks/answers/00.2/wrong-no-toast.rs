// The toaster's line was changed instead of copied.
// says: the kettle and the toaster as before
let with_eggs = record("breakfast with eggs").threads(|run| {
    run.spawn("kettle", |lane| lane.wait("boils the water", 4 * MINUTE));
    run.spawn("eggs", |lane| lane.wait("boil", 7 * MINUTE));
})?;
with_eggs.figure()
