// The eggs first, in two steps of seven minutes together.
let with_eggs = record("breakfast with eggs").threads(|run| {
    run.spawn("eggs", |lane| {
        lane.wait("the water heats up", 3 * MINUTE);
        lane.wait("boil", 4 * MINUTE);
    });
    run.spawn("kettle", |lane| lane.wait("boils the water", 4 * MINUTE));
    run.spawn("toaster", |lane| lane.wait("toasts", 5 * MINUTE));
})?;
with_eggs.figure()
