// "First the toast, then the eggs."
// says: not before or after it
let with_eggs = record("breakfast with eggs").threads(|run| {
    run.spawn("kettle", |lane| lane.wait("boils the water", 4 * MINUTE));
    run.spawn("toaster", |lane| lane.wait("toasts", 5 * MINUTE)).join();
    run.spawn("eggs", |lane| lane.wait("boil", 7 * MINUTE));
})?;
with_eggs.figure()
