// The lock is held for the check, and let go before the act.
// says: more were sold than there are
async fn sell(tickets: SharedCell<'_, i32>, lock: ModelMutex<'_>) -> bool {
    let there = {
        let _guard = lock.lock().await;
        tickets.load().await > 0
    };
    if there {
        tickets.fetch_sub(1).await;
    }
    there
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
