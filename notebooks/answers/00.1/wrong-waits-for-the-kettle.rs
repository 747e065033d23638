// "Begin to toast when the water is hot": last, and no longer at once.
// says: both are to begin together
let warm_toast = record("warm toast").threads(|run| {
    run.spawn("kettle", |lane| lane.wait("boils the water", 4 * MINUTE)).join();
    run.spawn("toaster", |lane| lane.wait("toasts", 2 * MINUTE));
})?;
warm_toast.figure()
