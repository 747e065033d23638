// Without a kettle the toaster is always last.
// says: the kettle is still to take 4 minutes
let warm_toast = record("warm toast").threads(|run| {
    run.spawn("toaster", |lane| lane.wait("toasts", 3 * MINUTE));
})?;
warm_toast.figure()
