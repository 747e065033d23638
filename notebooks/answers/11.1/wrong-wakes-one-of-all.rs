// "Keep all of them": they are kept, and ring still wakes one.
// says: no task may be left pending
#[derive(Default)] struct Gong { rung: bool, waiting: Vec<Waker> }
impl Gong {
    fn ask(&mut self, waker: &Waker) -> Poll<()> { // called by a guest's poll
        if self.rung { return Poll::Ready(()); }
        self.waiting.push(waker.clone());
        Poll::Pending
    }
    fn ring(&mut self) { // called by the cook
        self.rung = true;
        self.waiting.pop().into_iter().for_each(Waker::wake);
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
