// Two rounds of toast, six minutes together.
let warm_toast = record("warm toast").threads(|run| {
    run.spawn("kettle", |lane| lane.wait("boils the water", 4 * MINUTE));
    run.spawn("toaster", |lane| {
        lane.wait("toasts", 3 * MINUTE);
        lane.wait("toasts again", 3 * MINUTE);
    });
})?;
warm_toast.figure()
