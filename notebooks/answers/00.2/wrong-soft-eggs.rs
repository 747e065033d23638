// The line was copied, and its number with it.
// says: waits 7 minutes
let with_eggs = record("breakfast with eggs").threads(|run| {
    run.spawn("kettle", |lane| lane.wait("boils the water", 4 * MINUTE));
    run.spawn("toaster", |lane| lane.wait("toasts", 5 * MINUTE));
    run.spawn("eggs", |lane| lane.wait("boil", 3 * MINUTE));
})?;
with_eggs.figure()
