// "If every guest wakes himself, no waker can be lost": each asks again and again, and the core is busy.
// says: two polls for each guest
#[derive(Default)] struct Gong { rung: bool, waiting: Option<Waker> }
impl Gong {
    fn ask(&mut self, waker: &Waker) -> Poll<()> { // called by a guest's poll
        if self.rung { return Poll::Ready(()); }
        waker.wake_by_ref();
        Poll::Pending
    }
    fn ring(&mut self) { // called by the cook
        self.rung = true;
        self.waiting.take().into_iter().for_each(Waker::wake);
    }
}
let gong = record("one gong for three").within(60 * MINUTE).event_loop(|run| {
    let gong = Arc::new(Mutex::new(Gong::default()));
    let guest = |gong: Arc<Mutex<Gong>>| poll_fn(move |context| gong.lock().unwrap().ask(context.waker()));
    let guests = GUESTS.map(|(name, _)| run.task(name, guest(gong.clone())).boxed());
    run.thread("cook", move |cook| { cook.wait("cooks", 5 * MINUTE); gong.lock().unwrap().ring(); });
    run_all(run, guests.into());
}).kept();
gong.figure()
