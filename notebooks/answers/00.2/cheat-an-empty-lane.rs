// A lane called eggs, in which nothing boils.
// says: a lane called eggs that waits 7 minutes
let with_eggs = record("breakfast with eggs").threads(|run| {
    run.spawn("kettle", |lane| lane.wait("boils the water", 4 * MINUTE));
    run.spawn("toaster", |lane| lane.wait("toasts", 5 * MINUTE));
    run.lane("eggs").mark("boil");
})?;
with_eggs.figure()
