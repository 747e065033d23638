// The same list, gone through from its end, by threads that are joined one after another.
let reordered = record("one after another, in another order").threads(|run| {
    for (name, minutes) in [("Amir", 10), ("Kohli", 5), ("John", 1)].into_iter().rev() {
        run.spawn(name, move |customer| customer.wait("reads the menu", minutes * MINUTE)).join();
    }
})?;
reordered.figure()
