// A guest who asks twice leaves one waker.
#[derive(Default)] struct Gong { rung: bool, waiting: Vec<Waker> }
impl Gong {
    fn ask(&mut self, waker: &Waker) -> Poll<()> { // called by a guest's poll
        if self.rung { return Poll::Ready(()); }
        self.waiting.retain(|known| !known.will_wake(waker));
        self.waiting.push(waker.clone());
        Poll::Pending
    }
    fn ring(&mut self) { // called by the cook
        self.rung = true;
        std::mem::take(&mut self.waiting).into_iter().for_each(Waker::wake);
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
