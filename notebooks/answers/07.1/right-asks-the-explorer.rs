// The explorer is told that 2 must not be, and finds where it is.
let asked = model("two add three each", |run| {
    let guests = run.shared("guests", 0);
    for name in ["ada", "bob"] {
        run.spawn(name, async move {
            for _ in 0..3 {
                let seen = guests.load().await;
                guests.store(seen + 1).await;
            }
        });
    }
    run.must(move || guests.now() > 2, "more than 2");
});
let my_schedule = asked.explore()?.failing_schedule().unwrap();
drawn(asked.under(&my_schedule)).figure()
