// "Then the kettle has to be quicker": the wrong number was changed.
// says: the kettle took
let warm_toast = record("warm toast").threads(|run| {
    run.spawn("kettle", |lane| lane.wait("boils the water", 1 * MINUTE));
    run.spawn("toaster", |lane| lane.wait("toasts", 2 * MINUTE));
})?;
warm_toast.figure()
