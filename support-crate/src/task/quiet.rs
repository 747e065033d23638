//! A panic in a task is told in one line while a run goes on, without the backtrace through the runtime: the recording has
//! it too, and so has whoever joins the task. Panics elsewhere are told as ever.

use std::cell::Cell;
use std::panic::{PanicHookInfo, set_hook, take_hook};
use std::sync::{Arc, Mutex};

use crate::record::{locked, panic_text, thread_lane};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>;

/// How many runs go on, and who tells of panics when none does.
static BEFORE: Mutex<(usize, Option<Arc<Hook>>)> = Mutex::new((0, None));

/// Lasts as long as a run. The last of several that go on at once puts things back.
pub(super) struct Quiet;

impl Quiet {
    pub fn begin() -> Self {
        let (runs, before) = &mut *locked(&BEFORE);
        *runs += 1;
        if before.is_none() {
            let hook = Arc::new(take_hook());
            *before = Some(Arc::clone(&hook));
            set_hook(Box::new(move |info| tell(info, &hook)));
        }
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let (runs, before) = &mut *locked(&BEFORE);
        *runs -= 1;
        if *runs == 0 && !std::thread::panicking() {
            drop(take_hook());
            match before.take().map(Arc::try_unwrap) {
                Some(Ok(hook)) => set_hook(hook),
                // A thread that is panicking at this moment still tells of it.
                Some(Err(hook)) => set_hook(Box::new(move |info| hook(info))),
                None => {}
            }
        }
    }
}

thread_local! {
    /// Whether nothing is told of panics of this thread.
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// While it lasts, panics of the thread that began it are not told at all: whoever catches them says what they were.
pub(crate) struct Silence {
    before: bool,
    _quiet: Quiet,
}

impl Silence {
    pub fn begin() -> Self {
        Self { before: SILENT.replace(true), _quiet: Quiet::begin() }
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        SILENT.set(self.before);
    }
}

fn tell(info: &PanicHookInfo<'_>, before: &Hook) {
    if SILENT.get() {
        return;
    }
    let told =
        thread_lane::polled(|lane| eprintln!("\"{}\" panicked: {}", lane.name(), panic_text(info.payload())));
    told.unwrap_or_else(|| before(info));
}
