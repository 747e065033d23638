//! Questions to a recording of coroutines: whose turn came when, how long is a round.

use super::{Activity, Lane, LaneKind, Span, Timeline};
use crate::error::Error;
use crate::time::Time;

impl Timeline {
    /// The names of the coroutines, turn after turn.
    pub fn turns(&self) -> Vec<&str> {
        let of = |lane| turns_of(lane).map(move |span: &Span| (span.start, &lane.name[..]));
        let mut all: Vec<(u64, &str)> = self.lanes.iter().flat_map(of).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, name)| name).collect()
    }

    /// How long a round is: the shortest time from one turn of a coroutine to its next. The last turn of each, in which
    /// it only comes to its end, does not count. Whatever other programs do on this machine can only make a round longer,
    /// so the shortest is the one least disturbed.
    ///
    /// # Errors
    /// When no coroutine had three turns.
    pub fn round(&self) -> Result<Time, Error> {
        let of = |lane| {
            let starts: Vec<u64> = turns_of(lane).map(|span: &Span| span.start).collect();
            let rounds = starts.windows(2).map(|two| two[1] - two[0]);
            rounds.take(starts.len().saturating_sub(2)).min()
        };
        let shortest = self.lanes.iter().filter_map(of).min().ok_or_else(|| Error::NotPossible {
            what: "measuring a round".to_owned(),
            because: "no coroutine had two turns and another to end in".to_owned(),
        })?;
        Ok(self.time(shortest))
    }
}

/// The turns of a coroutine: its outermost running spans; what it did in them lies inside.
fn turns_of(lane: &Lane) -> impl Iterator<Item = &Span> {
    let is_turn = |span: &&Span| span.activity == Activity::Running && span.depth == 0;
    lane.spans().iter().filter(|_| lane.kind == LaneKind::Coroutine).filter(is_turn)
}
