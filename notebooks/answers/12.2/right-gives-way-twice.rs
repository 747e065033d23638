// Two turns for the others are right, too.
fn give_way() -> impl Future<Output = ()> + Send {
    let mut turns = 2;
    poll_fn(move |context| {
        if turns == 0 { return Poll::Ready(()); }
        turns -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}
let house = record("eight at the door").event_loop(|run| {
    let ((at, woken, poll), door) = (Loop::new()?, net::TcpListener::bind("127.0.0.1:0")?);
    let guest = |_| { let mut guest = net::TcpStream::connect(door.local_addr()?)?; guest.write_all(b"soup")?; Ok(guest) };
    let _guests = (0..8).map(guest).collect::<io::Result<Vec<_>>>()?;
    let (mut listener, tables, handle) = (Socket::listen(&at.sockets, door)?, run.clone(), at.clone());
    let head_waiter = run.lane("head waiter");
    spawn(&at.queue, run.task("listener", async move {
        for number in 1..=8 {
            let client = listener.accept().await.unwrap();
            head_waiter.work("seats a guest", 1 * MINUTE);
            spawn(&handle.queue, tables.task(format!("table {number}"), answer(client)));
            give_way().await;
        }
    }));
    io::Result::Ok(run_loop(run, &at, woken, poll))
}).kept();
house.figure()
