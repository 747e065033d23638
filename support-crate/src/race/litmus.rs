//! Two threads side by side, round by round: what real hardware does with a few loads and stores. Lesson 07.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Error;
use crate::machine::now;
use crate::record::LIMIT;

/// Looks at the other's progress before the core is offered to it: without a second core it could not get there.
const PATIENCE: usize = 200;
/// Rounds that are run at most.
const ROUNDS: usize = 10_000_000;

/// Runs `one` and `other` at the same time, on a thread each, `rounds` times; gives what each of them returned in each
/// round. Both get the round's number, from 0, to take fresh memory by. No round begins before both have ended the one
/// before it.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// let rounds = 1000;
/// let [x, y] = [(); 2].map(|()| (0..rounds).map(|_| AtomicU32::new(0)).collect::<Vec<_>>());
/// let cross = |mine: &AtomicU32, theirs: &AtomicU32| {
///     mine.store(1, SeqCst);
///     theirs.load(SeqCst)
/// };
/// let seen = timelanes::race::side_by_side(rounds, |round| cross(&x[round], &y[round]), |round| cross(&y[round], &x[round]))?;
/// assert!(!seen.contains(&(0, 0)));
/// # Ok::<(), timelanes::error::Error>(())
/// ```
///
/// # Errors
/// More than ten million rounds; 20 seconds; a panic in one of the two.
pub fn side_by_side<A: Send, B: Send>(
    rounds: usize,
    one: impl Fn(usize) -> A + Sync,
    other: impl Fn(usize) -> B + Sync,
) -> Result<Vec<(A, B)>, Error> {
    if rounds > ROUNDS {
        let because = "each keeps its result".to_owned();
        return Err(Error::TooMany { what: "rounds", limit: ROUNDS, because });
    }
    let (at, deadline) = ([AtomicUsize::new(0), AtomicUsize::new(0)], now() + LIMIT.as_nanos() as u64);
    let (ones, others) = std::thread::scope(|scope| {
        let other = scope.spawn(|| Pace { mine: &at[1], theirs: &at[0], deadline }.rounds(rounds, &other));
        let ones = scope.spawn(|| Pace { mine: &at[0], theirs: &at[1], deadline }.rounds(rounds, &one));
        (ones.join(), other.join())
    });
    let panicked = |says: &(dyn std::any::Any + Send)| Error::Panicked {
        lane: "side by side".to_owned(),
        says: crate::record::panic_text(says),
    };
    let (ones, others) = (ones.map_err(|says| panicked(&*says))?, others.map_err(|says| panicked(&*says))?);
    if ones.len() < rounds || others.len() < rounds {
        return Err(Error::TimeLimit { title: "side by side".to_owned(), limit: LIMIT.as_secs_f64() });
    }
    Ok(ones.into_iter().zip(others).collect())
}

/// How far the two are.
struct Pace<'rounds> {
    mine: &'rounds AtomicUsize,
    theirs: &'rounds AtomicUsize,
    deadline: u64,
}

/// Ends the other's waiting when its owner ends, however that is.
impl Drop for Pace<'_> {
    fn drop(&mut self) {
        self.mine.store(usize::MAX, Ordering::Release);
    }
}

impl Pace<'_> {
    fn rounds<T>(self, rounds: usize, run: &impl Fn(usize) -> T) -> Vec<T> {
        let mut results = Vec::with_capacity(rounds);
        for round in 0..rounds {
            self.mine.store(round + 1, Ordering::Release);
            if !self.both_are_in(round + 1) {
                break;
            }
            results.push(run(round));
        }
        results
    }

    /// Waits for the other one; `false` when the time is over.
    fn both_are_in(&self, round: usize) -> bool {
        let mut looks = 0;
        while self.theirs.load(Ordering::Acquire) < round {
            looks += 1;
            if looks % PATIENCE == 0 {
                if now() > self.deadline {
                    return false;
                }
                std::thread::yield_now();
            }
            std::hint::spin_loop();
        }
        true
    }
}
