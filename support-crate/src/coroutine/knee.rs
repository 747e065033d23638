//! Where a measured curve that was level begins to rise: two lines, fitted, and where they meet.
//!
//! For each way to divide the points in two, the left ones get their median and the right ones the line of Theil and
//! Sen (the median of the slopes between all pairs, 1968), so that a few disturbed measurements move neither. The
//! division whose lines lie closest to the points, in the sum of distances, is taken.

use crate::error::Error;

/// A curve that is level up to a point and rises from there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knee {
    /// Where the level and the rising line meet.
    pub at: f64,
    /// How high the level is.
    pub level: f64,
    /// How much one step to the right adds after the knee.
    pub slope: f64,
}

impl Knee {
    /// The fitted curve at `x`.
    pub fn curve(&self, x: f64) -> f64 {
        self.level + self.slope * (x - self.at).max(0.0)
    }
}

/// Finds the knee of measured points, each `(x, y)`, in any order.
///
/// ```
/// use timelanes::coroutine::knee;
/// let points: Vec<(f64, f64)> = (1..=24).map(f64::from).map(|n| (n, 60_f64.max(5.0 * n))).collect();
/// assert!((knee(&points)?.at - 12.0).abs() < 1e-6);
/// # Ok::<(), timelanes::prelude::Error>(())
/// ```
///
/// # Errors
/// When the points show none: fewer than two on either side of it, all on one line.
pub fn knee(points: &[(f64, f64)]) -> Result<Knee, Error> {
    let mut points: Vec<_> = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    let divided = (2..points.len().saturating_sub(1)).filter_map(|left| fit(&points, left));
    let best = divided.min_by(|one, other| one.1.total_cmp(&other.1));
    let none = || Error::NotPossible {
        what: "finding a knee".to_owned(),
        because: "these points show none: measure at least two on the level and two on the slope".to_owned(),
    };
    best.map(|(knee, _)| knee).filter(|knee| shows(&points, knee)).ok_or_else(none)
}

/// Two lines, the first of `left` points, and how far the points are from them.
fn fit(points: &[(f64, f64)], left: usize) -> Option<(Knee, f64)> {
    let (level, (slope, base)) =
        (median(points[..left].iter().map(|point| point.1))?, line(&points[left..])?);
    let knee = Knee { at: (level - base) / slope, level, slope };
    let off = points.iter().map(|(x, y)| (knee.curve(*x) - y).abs()).sum::<f64>();
    (off.is_finite() && slope > 0.0).then_some((knee, off))
}

/// Whether the points have a level and a rise, and the knee lies between them.
fn shows(points: &[(f64, f64)], knee: &Knee) -> bool {
    // A point measured at the knee itself, which noise may have put on either side of it, is one of the level.
    let steps = points.windows(2).map(|two| two[1].0 - two[0].0).filter(|step| *step > 0.0);
    let edge = knee.at + steps.fold(f64::INFINITY, f64::min) / 4.0;
    let level: Vec<_> = points.iter().copied().filter(|point| point.0 <= edge).collect();
    let rise = points.iter().filter(|point| point.0 > edge).count();
    let climbs = points.last().is_some_and(|last| knee.curve(last.0) > 1.1 * knee.level);
    level.len() > 1 && rise > 1 && climbs && line(&level).is_some_and(|line| line.0 < knee.slope / 4.0)
}

/// Slope and height at zero of the line through points.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let pairs =
        points.iter().enumerate().flat_map(|(at, one)| points[..at].iter().map(move |other| (one, other)));
    let slope = median(pairs.filter(|(one, other)| one.0 > other.0).map(|(a, b)| (a.1 - b.1) / (a.0 - b.0)))?;
    Some((slope, median(points.iter().map(|(x, y)| y - slope * x))?))
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some((values[low] + values[high]) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exhibition(from: u32, to: u32, noise: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (from..=to).map(f64::from).map(|n| (n, 60_f64.max(5.0 * n) + noise(n))).collect()
    }

    #[test]
    fn the_knee_of_exact_points_is_exact() {
        let found = knee(&exhibition(1, 24, |_| 0.0)).unwrap();
        assert!((found.at - 12.0).abs() < 1e-9 && (found.slope - 5.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn noise_and_two_disturbed_measurements_hardly_move_it() {
        let noise = |n: f64| (n * 2.4).sin() + if n == 7.0 || n == 18.0 { 40.0 } else { 0.0 };
        let found = knee(&exhibition(1, 24, noise)).unwrap();
        assert!((found.at - 12.0).abs() < 0.5, "{found:?}");
    }

    #[test]
    fn a_point_at_the_knee_counts_for_the_level() {
        let found = knee(&[(5.0, 15.0), (6.0, 15.1), (7.0, 17.6), (8.0, 20.1)]).unwrap();
        assert!((found.at - 6.0).abs() < 0.2, "{found:?}");
    }

    #[test]
    fn a_level_alone_a_slope_alone_and_too_few_points_show_none() {
        let alone = [exhibition(1, 11, |n| (n * 2.4).sin()), exhibition(13, 24, |n| (n * 2.4).sin())];
        for points in alone.into_iter().chain([vec![], vec![(1.0, 60.0)], vec![(f64::NAN, 1.0); 9]]) {
            assert!(knee(&points).unwrap_err().to_string().contains("show none"), "{points:?}");
        }
    }
}
