//! What the compiler refuses: what belongs to one thread is not shared or sent, and nothing outlives what it writes
//! into. Each refusal stands under the same code with one thing right, so that it fails for that one thing;
//! `RUSTC_BOOTSTRAP=1 cargo test --doc` holds the numbers of the errors against it as well.
//!
//! # A lane has one writer at a time
//! A lane may move to another thread:
//! ```
//! # use timelanes::prelude::*;
//! let ada = Recorder::new("one writer").lane("ada");
//! std::thread::scope(|scope| {
//!     scope.spawn(move || ada.mark("there"));
//! });
//! ```
//! Two threads that write it would tear its events apart:
//! ```compile_fail,E0277
//! # use timelanes::prelude::*;
//! let ada = Recorder::new("one writer").lane("ada");
//! std::thread::scope(|scope| {
//!     scope.spawn(|| ada.mark("there"));
//! });
//! ```
//!
//! # A span ends in its lane, on its thread, once
//! ```
//! # use timelanes::prelude::*;
//! let ada = Recorder::new("a span").lane("ada");
//! let span = ada.span(Running, "adds");
//! drop(span);
//! drop(ada);
//! ```
//! Not after the lane:
//! ```compile_fail,E0505
//! # use timelanes::prelude::*;
//! let ada = Recorder::new("a span").lane("ada");
//! let span = ada.span(Running, "adds");
//! drop(ada);
//! drop(span);
//! ```
//! Not on another thread:
//! ```compile_fail,E0277
//! # use timelanes::prelude::*;
//! let ada = Recorder::new("a span").lane("ada");
//! let span = ada.span(Running, "adds");
//! std::thread::scope(|scope| _ = scope.spawn(move || drop(span)));
//! drop(ada);
//! ```
//! Not inside something that moves to another thread:
//! ```compile_fail,E0505
//! # use timelanes::prelude::*;
//! let ada = Recorder::new("a span").lane("ada");
//! let span = ada.span(Running, "adds");
//! std::thread::spawn(move || ada.mark("elsewhere"));
//! drop(span);
//! ```
//!
//! # What is on its way arrives once
//! ```
//! # use timelanes::prelude::*;
//! let recorder = Recorder::new("one arrow");
//! let (ada, bob) = (recorder.lane("ada"), recorder.lane("bob"));
//! let coin = ada.send("a coin");
//! bob.receive(coin);
//! ```
//! ```compile_fail,E0382
//! # use timelanes::prelude::*;
//! let recorder = Recorder::new("one arrow");
//! let (ada, bob) = (recorder.lane("ada"), recorder.lane("bob"));
//! let coin = ada.send("a coin");
//! bob.receive(coin);
//! bob.receive(coin);
//! ```
//!
//! # A thread's own lane is that thread's
//! ```
//! # use timelanes::prelude::*;
//! let lane = Recorder::new("a worker").lane("worker");
//! std::thread::spawn(move || ThreadLane::open(lane).mark("here")).join().unwrap();
//! ```
//! ```compile_fail,E0277
//! # use timelanes::prelude::*;
//! let lane = Recorder::new("a worker").lane("worker");
//! let own = ThreadLane::open(lane);
//! std::thread::spawn(move || own.mark("here")).join().unwrap();
//! ```
//!
//! # A future is recorded in one lane
//! ```
//! # use timelanes::prelude::*;
//! let ada = Recorder::new("a future").lane("ada");
//! let first = ada.polls(async { 1 });
//! # drop(first);
//! ```
//! ```compile_fail,E0382
//! # use timelanes::prelude::*;
//! let ada = Recorder::new("a future").lane("ada");
//! let first = ada.polls(async { 1 });
//! let second = ada.polls(async { 2 });
//! # drop((first, second));
//! ```
//! Where it holds what must stay on its thread it stays there too:
//! ```
//! # use timelanes::prelude::*;
//! let recorder = Recorder::new("a future");
//! let number = std::sync::Arc::new(1);
//! let sends = |_: &dyn Send| ();
//! sends(&recorder.lane("ada").polls(std::future::ready(number)));
//! ```
//! ```compile_fail,E0277
//! # use timelanes::prelude::*;
//! let recorder = Recorder::new("a future");
//! let number = std::rc::Rc::new(1);
//! let sends = |_: &dyn Send| ();
//! sends(&recorder.lane("ada").polls(std::future::ready(number)));
//! ```
//!
//! # Nothing of a run outlives it
//! Threads may borrow what lives longer than the run, and their handles stay inside:
//! ```
//! # use timelanes::prelude::*;
//! let table = vec![1, 2, 3];
//! record("two threads").threads(|run| {
//!     let sum = run.spawn("ada", |_| table.iter().sum::<i32>());
//!     assert_eq!(sum.join(), Some(6));
//! })?;
//! # Ok::<(), Error>(())
//! ```
//! Not what lives in the run's own body, which may be over before the thread is:
//! ```compile_fail,E0597
//! # use timelanes::prelude::*;
//! record("two threads").threads(|run| {
//!     let table = vec![1, 2, 3];
//!     let table = &table;
//!     run.spawn("ada", move |_| table.iter().sum::<i32>());
//! })?;
//! # Ok::<(), Error>(())
//! ```
//! No handle leaves:
//! ```compile_fail,E0521
//! # use timelanes::prelude::*;
//! let mut kept = None;
//! record("two threads").threads(|run| {
//!     kept = Some(run.spawn("ada", |_| 6));
//! })?;
//! # Ok::<(), Error>(())
//! ```
//! A run belongs to the thread that runs its body:
//! ```compile_fail,E0277
//! # use timelanes::prelude::*;
//! record("two threads").threads(|run| {
//!     run.spawn("ada", move |_| run.lane("a queue").mark("opens"));
//! })?;
//! # Ok::<(), Error>(())
//! ```
//!
//! # A coroutine is resumed where it was made
//! ```
//! # use timelanes::prelude::*;
//! record("one thread").coroutines(|run| {
//!     let mut ada = run.spawn("ada", |_| ());
//!     ada.resume();
//! })?;
//! # Ok::<(), Error>(())
//! ```
//! ```compile_fail,E0277
//! # use timelanes::prelude::*;
//! record("one thread").coroutines(|run| {
//!     let mut ada = run.spawn("ada", |_| ());
//!     std::thread::scope(|scope| _ = scope.spawn(move || ada.resume()));
//! })?;
//! # Ok::<(), Error>(())
//! ```
//!
//! # Processes share numbers, and nothing with an address in it
//! ```
//! # use timelanes::prelude::*;
//! Shared::<std::sync::atomic::AtomicU64>::new();
//! ```
//! ```compile_fail,E0599
//! # use timelanes::prelude::*;
//! Shared::<std::sync::Mutex<String>>::new();
//! ```
