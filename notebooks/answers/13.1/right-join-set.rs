// A JoinSet keeps the handles, and gives the dishes in the order in which they come.
let together = record("three guests").tasks(Workers(2), async |run| {
    let mut guests = tokio::task::JoinSet::new();
    for (name, minutes) in [("Dana", 6), ("Elif", 5), ("Finn", 4)] {
        guests.spawn(run.task(name, ask(address, name, minutes)));
    }
    while let Some(dish) = guests.join_next().await {
        dish.unwrap().unwrap();
    }
})?;
together.figure()
