//! What recording costs, beside a `tracing` span and beside the clock itself, all in this run.
//!
//! `cargo bench --bench recording`. Goals: a span boundary for at most 16 ns where the processor's counter is read, or
//! for 1.5 reads where those take longer, as they do on a slow or shared machine; for at most 1.5 reads of the
//! system's clock elsewhere; and a span for at most half of a `tracing` span in a registry whose layer records. Once
//! more with the system's clock at the end.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use timelanes::machine::{Clock, now};
use timelanes::prelude::*;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Short rounds, so that most lie within one time slice on a machine that others use as well.
const SPANS: usize = 10_000;
const ROUNDS: usize = 201;

fn main() {
    let clock = Clock::here();
    println!("now() reads {clock}");
    measure();
    if clock == Clock::Counter {
        println!();
        let own = std::env::current_exe().expect("a program knows where it lies");
        let again = Command::new(own).env("TIMELANES_CLOCK", "system").status();
        assert!(again.is_ok_and(|status| status.success()), "the same with the system's clock");
    }
}

fn measure() {
    println!("nanoseconds, median of {ROUNDS} rounds of {SPANS}");
    let clock = median(|| {
        per(SPANS, || {
            std::hint::black_box(now());
        })
    });
    println!("{:<44} {clock:>8.1}", "one clock read");
    for threads in [1, 2] {
        let boundary = median(|| span(threads) / 2.0);
        println!(
            "{:<44} {boundary:>8.1}   {:.2} clock reads",
            format!("a span boundary, {threads} thread(s)"),
            boundary / clock
        );
    }
    let ours = median(|| span(1));
    println!("{:<44} {ours:>8.1}", "a span");
    let lean = tracing::subscriber::with_default(Recording::default(), || median(tracing_span));
    println!(
        "{:<44} {lean:>8.1}   {:.1} times ours",
        "a tracing span, leanest subscriber there can be",
        lean / ours
    );
    let registry = tracing_subscriber::registry().with(Recording::default());
    let usual = tracing::subscriber::with_default(registry, || median(tracing_span));
    println!(
        "{:<44} {usual:>8.1}   {:.1} times ours",
        "a tracing span, registry and recording layer",
        usual / ours
    );
}

fn median(mut measure: impl FnMut() -> f64) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| measure()).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Nanoseconds for one of `times`.
fn per(times: usize, mut body: impl FnMut()) -> f64 {
    let begun = Instant::now();
    (0..times).for_each(|_| body());
    begun.elapsed().as_nanos() as f64 / times as f64
}

/// Nanoseconds for one span, in the mean over `threads` that record at the same time.
fn span(threads: usize) -> f64 {
    let recorder = Recorder::new("bench");
    let measure = || {
        let lane = recorder.lane("bench");
        per(SPANS, || lane.during(Running, "span", || ()))
    };
    let times: Vec<f64> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(measure)).collect();
        all.into_iter().map(|thread| thread.join().expect("a measuring thread does not panic")).collect()
    });
    times.iter().sum::<f64>() / threads as f64
}

fn tracing_span() -> f64 {
    per(SPANS, || {
        let span = tracing::info_span!("span");
        let _inside = span.enter();
    })
}

/// The smallest subscriber, or layer, that really records: number, moment, entered or exited.
#[derive(Default)]
struct Recording {
    spans: AtomicU64,
    events: Mutex<Vec<(u64, u64, bool)>>,
}

impl Recording {
    fn push(&self, span: &Id, entered: bool) {
        let mut events = self.events.lock().expect("nobody panics while holding it");
        if events.len() >= SPANS {
            events.clear();
        }
        events.push((now(), span.into_u64(), entered));
    }
}

impl Subscriber for Recording {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, span: &Id) {
        self.push(span, true);
    }
    fn exit(&self, span: &Id) {
        self.push(span, false);
    }
}

impl<S: Subscriber> Layer<S> for Recording {
    fn on_enter(&self, span: &Id, _: Context<'_, S>) {
        self.push(span, true);
    }
    fn on_exit(&self, span: &Id, _: Context<'_, S>) {
        self.push(span, false);
    }
}
