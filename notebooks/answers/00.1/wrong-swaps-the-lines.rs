// "What stands last is done last": the lines swapped, the numbers as before.
// says: the toaster is to be done last
let warm_toast = record("warm toast").threads(|run| {
    run.spawn("toaster", |lane| lane.wait("toasts", 2 * MINUTE));
    run.spawn("kettle", |lane| lane.wait("boils the water", 4 * MINUTE));
})?;
warm_toast.figure()
