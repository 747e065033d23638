//! When exactly a thread left the core, told by the one that came next.
//!
//! A thread cannot see the end of its own turn: between its last look at the clock and the switch lie the timer's
//! interrupt, whatever the kernel does on the way out of it, and the decision; 5 µs on a quiet machine, 20 µs on a
//! busy one. All of that runs in the thread's name. But on one core, one thread's leaving and the next one's coming
//! are the same event, and coming is seen within a microsecond. So where another lane comes on a moment later, the
//! first had the core until then. Where somebody else came, it is taken to have had it as long after its last look
//! as was usual in this run.

use crate::timeline::{Activity, Span, Timeline};

/// What a reader of the figure must know.
pub(super) const NOTE: &str = "when a thread came back is measured; when it left is its last look at the clock, some \
    microseconds early, moved up to whoever came next";

/// The next one must come within this time, else somebody else was on the core in between.
pub(super) const MOMENT: u64 = 50_000;
/// From the switch to the first look of the one that comes.
const COMING: u64 = 2_000;
/// So many turns must have been settled by the next one's coming before anything is called usual.
const FEW: usize = 8;

/// Moves the end of each turn that was cut short to when the thread really left.
pub(super) fn settle(timeline: &mut Timeline) {
    let turns = turns(timeline);
    let mut late = Vec::new();
    for (number, lane) in timeline.lanes.iter().enumerate() {
        let absences = lane.spans().windows(2).filter_map(|pair| cut(&pair[0], &pair[1]));
        late.extend(absences.filter_map(|absence| Some(known(absence, number, &turns)? - absence.0)));
    }
    let usual = usual(late);
    for (number, lane) in timeline.lanes.iter_mut().enumerate() {
        let mut spans = lane.spans().to_vec();
        for index in 1..spans.len() {
            let Some(absence) = cut(&spans[index - 1], &spans[index]) else { continue };
            let left = known(absence, number, &turns).unwrap_or_else(|| guessed(absence, usual));
            spans[index - 1].end = left;
            spans[index].start = left;
        }
        // Only ends and the starts after them were moved, so the order is as it was.
        *lane = lane.clone().with_spans(spans);
    }
}

/// When each turn of any lane begins, and whose it is, in order.
fn turns(timeline: &Timeline) -> Vec<(u64, usize)> {
    let mut turns = Vec::new();
    for (number, lane) in timeline.lanes.iter().enumerate() {
        let running = lane.spans().iter().filter(|span| span.activity == Activity::Running);
        turns.extend(running.map(|span| (span.start, number)));
    }
    turns.sort_unstable();
    turns
}

/// From the last look before the core was taken away, once, to the first look after it.
fn cut(turn: &Span, absence: &Span) -> Option<(u64, u64)> {
    let taken = turn.activity == Activity::Running && absence.activity == Activity::Ready;
    (taken && absence.core.is_some() && turn.end == absence.start).then_some((absence.start, absence.end))
}

/// When another lane came next after a turn's last look. The turn itself may have begun at that very look.
fn coming(looked: u64, lane: usize, turns: &[(u64, usize)]) -> Option<u64> {
    let after = turns.partition_point(|(start, _)| *start <= looked);
    turns.get(after).filter(|(_, other)| *other != lane).map(|(start, _)| *start)
}

/// When a turn ended that another lane took over.
fn known((looked, _): (u64, u64), lane: usize, turns: &[(u64, usize)]) -> Option<u64> {
    let coming = coming(looked, lane, turns).filter(|coming| coming - looked <= MOMENT)?;
    Some(looked.max(coming.saturating_sub(COMING)))
}

/// How long after its last look a thread usually leaves here; 0 where too little is known.
fn usual(mut late: Vec<u64>) -> u64 {
    late.sort_unstable();
    if late.len() < FEW { 0 } else { late[late.len() / 2] }
}

/// When a turn ended that somebody unknown took over. A short visit stays as it was seen: it may have been over before.
fn guessed((looked, back): (u64, u64), usual: u64) -> u64 {
    if back - looked < 2 * MOMENT { looked } else { looked + usual.min(MOMENT) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Lane;
    use Activity::{Ready, Running};

    fn lane(name: &str, spans: &[(u64, u64, Activity)]) -> Lane {
        let mut lane = Lane::new(name);
        for (start, end, activity) in spans.iter().cloned() {
            lane.push(Span { core: Some(0), ..Span::new(start..end, activity, 0) }).unwrap();
        }
        lane
    }

    #[test]
    fn a_turn_lasts_until_another_lane_comes_a_moment_later_and_no_longer() {
        let ada = [
            (0, 4_000_000, Running),
            (4_000_000, 8_000_000, Ready),
            (8_000_000, 9_000_000, Running),
            (9_000_000, 9_010_000, Ready),
            (9_010_000, 9_500_000, Running),
        ];
        let bob = [(0, 4_020_000, Ready), (4_020_000, 7_000_000, Running), (7_000_000, 9_600_000, Ready)];
        let mut timeline = Timeline::new("x").with_lane(lane("ada", &ada)).with_lane(lane("bob", &bob));
        settle(&mut timeline);
        let ada = timeline.lane("ada").unwrap();
        // Bob came 20 µs after Ada's first turn; nobody we know came after her second, nor right after Bob's.
        let ends: Vec<_> = ada.spans().iter().map(|span| span.end).collect();
        assert_eq!(ends, [4_018_000, 8_000_000, 9_000_000, 9_010_000, 9_500_000]);
        assert_eq!(ada.spans()[1].start, 4_018_000);
        assert_eq!(timeline.lane("bob").unwrap().spans()[1].end, 7_000_000);
    }

    #[test]
    fn who_is_followed_by_nobody_known_leaves_as_late_as_is_usual() {
        assert_eq!(usual(vec![9_000; FEW - 1]), 0);
        let usual = usual(vec![3_000, 4_000, 5_000, 16_000, 17_000, 18_000, 19_000, 20_000]);
        assert_eq!(usual, 17_000);
        assert_eq!(guessed((1_000_000, 5_000_000), usual), 1_017_000);
        assert_eq!(guessed((1_000_000, 1_010_000), usual), 1_000_000);
    }

    #[test]
    fn a_turn_without_length_ends_before_the_next_one_comes() {
        let ada =
            [(0, 60, Ready), (60, 60, Running), (60, 9_000_000, Ready), (9_000_000, 9_100_000, Running)];
        let bob = [(0, 19_000, Ready), (19_000, 4_000_000, Running)];
        let mut timeline = Timeline::new("x").with_lane(lane("ada", &ada)).with_lane(lane("bob", &bob));
        settle(&mut timeline);
        assert_eq!(timeline.lane("ada").unwrap().spans()[1].end, 17_000);
    }
}
