// The number of tickets is put right afterwards.
// says: more were sold than there are
async fn sell(tickets: SharedCell<'_, i32>, lock: ModelMutex<'_>) -> bool {
    if tickets.load().await > 0 {
        if tickets.fetch_sub(1).await <= 0 {
            tickets.store(0).await;
        }
        true
    } else {
        false
    }
}
let shop = model("three customers, two tickets", |run| {
    let (tickets, sold, lock) = (run.shared("tickets", 2), run.shared("sold", 0), run.mutex("lock"));
    for name in ["ada", "bob", "cem"] {
        run.spawn(name, async move {
            if sell(tickets, lock).await { sold.fetch_add(1).await; }
        });
    }
    run.must(move || sold.now() == 2, "two tickets are to be sold to two customers");
});
shop.explore()?
