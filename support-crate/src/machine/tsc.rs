//! `CLOCK_MONOTONIC` read from the processor's time stamp counter (TSC): a read costs little more than the
//! instruction.
//!
//! The counter is only turned into nanoseconds where the kernel itself keeps `CLOCK_MONOTONIC` by it, that is where
//! `current_clocksource` says `tsc`: then it runs at one rate, on through idle cores, and alike on all of them; the
//! kernel's watchdog takes another clock source where it finds otherwise (`Documentation/timers/timekeeping.rst`).
//!
//! What a clock read once at the start gives is a line: so many nanoseconds at such a tick, so many a tick. It
//! drifts, because the kernel slews its own rate after NTP, and because a rate measured over a fraction of a second
//! is a few millionths off: a whole millisecond in an hour. So a line holds for [`EVERY`] ticks, one or two
//! milliseconds. The read that finds it over holds it against the kernel's clock, and publishes the next line,
//! which begins where the last one was or later. Nothing that was shown is ever gone below, every process of the
//! machine stays on one axis, and a process that slept for hours is right at its next read.
//!
//! Measured on a virtual machine (2 GHz Xeon, Linux 6.18) with the bench `clock`, pauses of up to a second between
//! bursts of reads: of 24 million reads in 40 minutes, each between two of the kernel's clock, seven lay outside the
//! two, by 2 ns at most. Clock crates that calibrate once, at their start, were off by 3.2 ms (quanta 0.12) and 21 ms
//! (minstant 0.1) after two minutes there.
//!
//! Nobody waits: a reader takes the latest line, whoever finds it over and the next one in work goes on with it a
//! little, and after that asks the kernel. A child inherits the lines of the process that forked it.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

use super::clock::system;

/// Ticks for which a line holds.
const EVERY: u64 = 1 << 22;
/// Ticks after which nobody goes on with a line that is over.
const LONGEST: u64 = 2 * EVERY;
/// The rate of a line is measured over so many lines before it; and a reader must not sleep for longer while it
/// reads one, or it reads it again.
const LINES: usize = 16;
/// Nanoseconds over which the first rate is measured. Until then the kernel is asked.
const FIRST: u64 = 2_000_000;
/// A look at both clocks that took more ticks was disturbed.
const DISTURBED: u64 = 2_000;
/// A line is published so many ticks after its look, or not at all.
const IN_TIME: u64 = 20_000;
/// Nanoseconds by which a line may be behind the kernel's clock: half a look. Between what the kernel says and what a
/// line says is this much room, so that a thread that has read the one first does not go back when it reads the other.
const MARGIN: u64 = 500;
/// A line that is so many nanoseconds ahead of the kernel's clock was made by a counter that cannot be trusted.
const BROKEN: u64 = 100_000;

/// The same moment on both clocks.
#[derive(Clone, Copy, Default)]
struct Moment {
    ticks: u64,
    nanoseconds: u64,
}

/// How ticks become nanoseconds, from a tick on.
#[derive(Clone, Copy, Default)]
struct Line {
    from: Moment,
    /// Nanoseconds a tick, in units of 2⁻³²; 0 while it is not known.
    rate: u64,
}

impl Line {
    #[inline]
    fn at(self, ticks: u64) -> u64 {
        self.from.nanoseconds + (ticks.wrapping_sub(self.from.ticks).wrapping_mul(self.rate) >> 32)
    }

    /// The nanoseconds at a tick before the line's first.
    fn before(self, ticks: u64) -> u64 {
        let ago = (u128::from(self.from.ticks.saturating_sub(ticks)) * u128::from(self.rate)) >> 32;
        self.from.nanoseconds.saturating_sub(u64::try_from(ago).unwrap_or(u64::MAX))
    }

    /// The line that follows this one at `ticks`, just after `seen`; `None` where the counter cannot be trusted.
    fn next(self, before: Moment, seen: Moment, ticks: u64) -> Option<Line> {
        let passed = seen.ticks.checked_sub(before.ticks).filter(|passed| *passed > 0)?;
        let rate = (u128::from(seen.nanoseconds.checked_sub(before.nanoseconds)?) << 32) / u128::from(passed);
        let rate = u64::try_from(rate).ok().filter(|rate| (1 << 28..1 << 36).contains(rate))?;
        if self.rate == 0 {
            let nanoseconds = seen.nanoseconds + MARGIN;
            return Some(Line { from: Moment { nanoseconds, ..seen }, rate });
        }
        if rate.abs_diff(self.rate) > self.rate / 64 {
            return None;
        }
        let truth = Line { from: seen, rate }.at(ticks);
        let shown = self.at(ticks.min(self.from.ticks + LONGEST));
        let ahead = shown.saturating_sub(truth);
        // What was shown stays; the next line is slower by as much as brings it back to the truth.
        (ahead < BROKEN).then(|| Line {
            from: Moment { ticks, nanoseconds: truth.max(shown) },
            rate: rate - (ahead << 32) / LONGEST,
        })
    }
}

/// A [`Line`] that any thread may read while another writes it.
struct Shared {
    ticks: AtomicU64,
    nanoseconds: AtomicU64,
    rate: AtomicU64,
}

impl Shared {
    const fn new() -> Self {
        Self { ticks: AtomicU64::new(0), nanoseconds: AtomicU64::new(0), rate: AtomicU64::new(0) }
    }

    #[inline]
    fn get(&self) -> Line {
        let (ticks, nanoseconds) = (&self.ticks, &self.nanoseconds);
        let from =
            Moment { ticks: ticks.load(Ordering::Relaxed), nanoseconds: nanoseconds.load(Ordering::Relaxed) };
        Line { from, rate: self.rate.load(Ordering::Relaxed) }
    }

    fn set(&self, Line { from, rate }: Line) {
        self.ticks.store(from.ticks, Ordering::Relaxed);
        self.nanoseconds.store(from.nanoseconds, Ordering::Relaxed);
        self.rate.store(rate, Ordering::Relaxed);
    }
}

/// How many lines were published; the latest has this number.
static LATEST: AtomicUsize = AtomicUsize::new(0);
/// Each in the place of its number, until the sixteenth after it.
static PUBLISHED: [Shared; LINES] = [const { Shared::new() }; LINES];
/// The moments they were made of; only who has [claimed](Claim) the next line touches them.
static SEEN: [Shared; LINES] = [const { Shared::new() }; LINES];
/// The process in which a thread makes the next line; 0 for none.
static CLAIMED: AtomicU32 = AtomicU32::new(0);

static TRUST: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const YES: u8 = 1;
const NO: u8 = 2;

#[inline]
fn ticks() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and the kernel's own clock uses it from user space.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// Now, in nanoseconds of `CLOCK_MONOTONIC`.
#[inline]
pub(super) fn now() -> u64 {
    let number = LATEST.load(Ordering::Acquire);
    let line = PUBLISHED[number % LINES].get();
    if line.rate == 0 {
        return slow();
    }
    let ticks = ticks();
    fence(Ordering::Acquire);
    // A later line may be slower, so what this one says must not be shown once that one is.
    if ticks.wrapping_sub(line.from.ticks) >= EVERY || LATEST.load(Ordering::Relaxed) != number {
        return slow();
    }
    line.at(ticks)
}

/// Like [`now`], and not before anything that this thread has seen, such as another thread's message: the processor
/// may read the counter up to a tenth of a microsecond before it has read what the program reads before.
#[inline]
pub(super) fn now_in_order() -> u64 {
    // SAFETY: as above, for every x86-64 processor.
    unsafe { std::arch::x86_64::_mm_lfence() };
    now()
}

/// Whether the counter is read.
pub(super) fn trusted() -> bool {
    if TRUST.load(Ordering::Relaxed) == UNKNOWN {
        TRUST.store(if kernel_trusts() { YES } else { NO }, Ordering::Relaxed);
    }
    TRUST.load(Ordering::Relaxed) == YES
}

fn kernel_trusts() -> bool {
    use std::io::Read;
    let refused = std::env::var_os("TIMELANES_CLOCK").is_some_and(|clock| clock == "system");
    let mut source = [0; 8];
    let file = std::fs::File::open("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    let read = file.and_then(|mut file| file.read(&mut source)).unwrap_or(0);
    !refused && &source[..read] == b"tsc\n"
}

/// There is no line, or it is over, or another one was published while it was read.
#[cold]
#[inline(never)]
fn slow() -> u64 {
    if !trusted() {
        return system();
    }
    let (line, ticks) = loop {
        let number = LATEST.load(Ordering::Acquire);
        let (line, ticks) = (PUBLISHED[number % LINES].get(), ticks());
        fence(Ordering::Acquire);
        if LATEST.load(Ordering::Relaxed) == number {
            break (line, ticks);
        }
    };
    let measuring = line.rate == 0 && line.from.nanoseconds > 0;
    let over = match measuring {
        true => system().saturating_sub(line.from.nanoseconds) >= FIRST,
        // A tick before the line's first is one read on another core before it was published.
        false => ticks >= line.from.ticks.saturating_add(EVERY) || line.rate == 0,
    };
    let next = over.then(renew).flatten();
    let (next, last) = (next.unwrap_or_default(), line.from.ticks.saturating_add(LONGEST));
    match (line.rate, next.rate) {
        (0, _) => system(),
        // Making the line took time: the moment is that of the call.
        (_, 1..) => next.before(ticks).max(line.at(ticks.min(last))),
        _ if ticks < last => line.at(ticks.max(line.from.ticks)),
        _ => (system() - MARGIN).max(line.at(last)),
    }
}

/// Publishes the next line; `None` when another thread is at it, or the look was disturbed.
fn renew() -> Option<Line> {
    let _claim = Claim::take()?;
    let (seen, ticks) = look()?;
    let number = LATEST.load(Ordering::Acquire) + 1;
    let next = if number == 1 {
        Line { from: seen, rate: 0 }
    } else {
        let oldest = SEEN[number.saturating_sub(LINES - 1).max(1) % LINES].get();
        // A line without a rate sends every reader to ask whether the counter is trusted.
        PUBLISHED[(number - 1) % LINES].get().next(oldest.from, seen, ticks).unwrap_or_else(|| {
            TRUST.store(NO, Ordering::Relaxed);
            Line::default()
        })
    };
    SEEN[number % LINES].set(Line { from: seen, rate: 0 });
    PUBLISHED[number % LINES].set(next);
    // Later, others have gone on with the last line meanwhile, perhaps faster than this one.
    let in_time = self::ticks().wrapping_sub(ticks) < IN_TIME;
    in_time.then(|| LATEST.store(number, Ordering::Release)).map(|()| next)
}

/// The narrowest of three looks at both clocks, and a tick after it.
fn look() -> Option<(Moment, u64)> {
    let mut best = (u64::MAX, Moment::default());
    let mut before = ticks();
    for _ in 0..3 {
        let nanoseconds = system();
        let after = ticks();
        let took = after.saturating_sub(before);
        if took < best.0 {
            best = (took, Moment { ticks: before + took / 2, nanoseconds });
        }
        before = after;
    }
    (best.0 <= DISTURBED).then_some((best.1, before))
}

/// The right to make the next line; given back when dropped.
struct Claim;

impl Claim {
    fn take() -> Option<Self> {
        let (own, holder) = (std::process::id(), CLAIMED.load(Ordering::Relaxed));
        // A claim of another process is one that a fork copied: its holder is not in this one.
        (holder != own).then_some(())?;
        CLAIMED.compare_exchange(holder, own, Ordering::Acquire, Ordering::Relaxed).ok().map(|_| Self)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.store(0, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ticks at 2 GHz.
    const A_TICK: f64 = 0.5;

    /// Reads through lines for `reads` reads, `gap(read)` ticks apart, of a kernel clock that runs `fast(read)`
    /// millionths too fast: the furthest that a read was from the kernel's clock after the first tenth, in nanoseconds.
    fn furthest(reads: u64, gap: impl Fn(u64) -> u64, fast: impl Fn(u64) -> f64) -> f64 {
        let (mut ticks, mut truth) = (1_u64 << 40, 5e12);
        let look = |ticks: u64, truth: f64, read: u64| {
            // The ticks belong to a moment up to 40 ns before or after the nanoseconds.
            let apart = read.wrapping_mul(0x9E37_79B9) % 160;
            Moment { ticks: ticks - apart, nanoseconds: (truth - 40.0) as u64 }
        };
        let mut seen = vec![look(ticks - 4_000_000, truth - 2e6, 1)];
        let mut line = Line::default().next(seen[0], look(ticks, truth, 2), ticks).unwrap();
        let (mut last, mut furthest) = (0, 0.0_f64);
        for read in 0..reads {
            let step = gap(read);
            ticks += step;
            truth += step as f64 * A_TICK * (1.0 + fast(read) / 1e6);
            if ticks - line.from.ticks >= EVERY {
                seen.push(look(ticks, truth, read));
                let oldest = seen[seen.len().saturating_sub(LINES)];
                line = line.next(oldest, seen[seen.len() - 1], ticks).expect("a counter to be trusted");
            }
            let shown = line.at(ticks);
            assert!(shown >= last, "read {read} went back by {} ns", last - shown);
            last = shown;
            // The first line begins ahead by the margin.
            if read > reads / 10 {
                furthest = furthest.max((shown as f64 - truth).abs());
            }
        }
        furthest
    }

    #[test]
    fn lines_stay_near_a_steady_clock() {
        for gap in [1_000, 100_000, EVERY - 1, LONGEST - 1, LONGEST + 1, 1 << 36] {
            let furthest = furthest(200_000, |_| gap, |_| 20.0);
            assert!(furthest < 150.0, "reads {gap} ticks apart were up to {furthest} ns off");
        }
    }

    #[test]
    fn lines_follow_a_clock_that_is_slewed_as_fast_as_ntp_may() {
        let slews = |read| if read / 50_000 % 2 == 0 { 500.0 } else { -500.0 };
        for gap in [1_000, 100_000, EVERY / 3] {
            let furthest = furthest(400_000, |read| gap + read % 7 * gap / 9, slews);
            assert!(furthest < 5_000.0, "reads {gap} ticks apart were up to {furthest} ns off");
        }
    }

    #[test]
    fn a_counter_that_jumps_or_changes_its_rate_is_not_trusted() {
        let moment = |ticks, nanoseconds| Moment { ticks, nanoseconds };
        let before = moment(1 << 40, 5_000_000_000);
        let ten = moment(before.ticks + 20_000_000, before.nanoseconds + 10_000_000);
        let line = Line::default().next(before, ten, ten.ticks).unwrap();
        assert_eq!(line.rate, 1 << 31);
        let later = |ticks: u64, ns: u64| moment(ten.ticks + ticks, ten.nanoseconds + ns);
        let next = |seen: Moment| line.next(before, seen, seen.ticks);
        assert!(next(later(4_000_000, 2_000_000)).is_some());
        // A suspended machine, on whose counter an hour passed and on whose clock a second.
        assert!(next(later(7_200_000_000_000, 1_000_000_000)).is_none());
        // The counter went on by 0.2 ms of its own, or back.
        assert!(next(later(4_400_000, 2_000_000)).is_none());
        assert!(line.next(before, moment(before.ticks - 1, ten.nanoseconds), ten.ticks).is_none());
    }
}
