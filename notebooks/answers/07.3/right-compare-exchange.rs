// No lock: again, until the ticket seen is the ticket taken.
async fn sell(tickets: SharedCell<'_, i32>, lock: ModelMutex<'_>) -> bool {
    let mut seen = tickets.load().await;
    while seen > 0 {
        match tickets.compare_exchange(seen, seen - 1).await {
            Ok(_) => return true,
            Err(now) => seen = now,
        }
    }
    false
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
