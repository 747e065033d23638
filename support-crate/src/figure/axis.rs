//! Axes with round ticks, linear or logarithmic, in the shape that plotters asks for.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::numbers::{fixed, number};

/// What an axis of [`lines`](super::lines()) is called, and how it grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// Its name with its unit: "threads", "time (ms)".
    pub name: String,
    /// Whether equal steps multiply instead of add.
    pub log: bool,
}

impl From<&str> for Axis {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), log: false }
    }
}

impl From<String> for Axis {
    fn from(name: String) -> Self {
        Self { name, log: false }
    }
}

impl Axis {
    /// Whether a value can be drawn on it.
    pub(super) fn takes(&self, value: f64) -> bool {
        value.is_finite() && (!self.log || value > 0.0)
    }
}

/// A logarithmic axis; points at or below zero cannot be drawn on it, and the figure says so.
pub fn log(name: &str) -> Axis {
    Axis { name: name.to_owned(), log: true }
}

/// A range of values, its round ticks, and the way from a value to a part of the range.
#[derive(Clone)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    log: bool,
    ticks: Vec<f64>,
    decimals: usize,
}

impl Scale {
    /// A linear scale over exactly `from..to`, with about `count` ticks.
    pub fn exact(from: f64, to: f64, count: usize) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        let step = round_step((to - from) / count as f64);
        let first = (from / step - 1e-9).ceil();
        // Some fifty ticks at most, however odd the numbers are.
        let ticks = (0..50).map(|tick| (first + f64::from(tick)) * step);
        let ticks = ticks.take_while(|tick| *tick <= to + step * 1e-6).collect();
        Self { from, to, log: false, ticks, decimals: (-step.log10() - 1e-9).ceil().max(0.0) as usize }
    }

    /// A linear scale from 0 (or below) to the first round number that is not less than any of `values`.
    pub fn over(values: impl Iterator<Item = f64>, count: usize) -> Self {
        let (low, high) = ends(values, 0.0, 0.0);
        let step = round_step(if high > low { (high - low) / count as f64 } else { 1.0 / count as f64 });
        let high = if high > low { high } else { 1.0 };
        Self::exact((low / step).floor() * step, (high / step - 1e-9).ceil() * step, count)
    }

    /// A logarithmic scale that holds all positive `values`.
    pub fn log(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = ends(values.filter(|value| *value > 0.0), f64::INFINITY, 0.0);
        let (low, high) = if low <= high { (low, high) } else { (1.0, 10.0) };
        let (low, high) = (log_step(low, false), log_step(high.max(low * 1.5), true));
        let decades = (high / low).log10();
        let parts: &[f64] = if decades <= 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (decades / 10.0).ceil().max(1.0) as usize;
        let first = low.log10().floor() as i32;
        let tens = (first..=first + decades.ceil() as i32 + 1).step_by(every);
        let ticks = tens.flat_map(|ten| parts.iter().map(move |part| part * 10_f64.powi(ten)));
        let ticks = ticks.filter(|tick| (low * 0.999..=high * 1.001).contains(tick)).collect();
        Self { from: low, to: high, log: true, ticks, decimals: 0 }
    }

    /// Where `value` lies between both ends, as a part of 1.
    pub fn part(&self, value: f64) -> f64 {
        if self.log {
            (value.max(self.from) / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        }
    }

    /// What stands at a tick.
    pub fn label(&self, tick: f64) -> String {
        if self.log || tick == 0.0 { number(tick) } else { fixed(tick, self.decimals) }
    }
}

fn ends(values: impl Iterator<Item = f64>, low: f64, high: f64) -> (f64, f64) {
    // Beyond this a difference of two values could overflow.
    let values = values.filter(|value| value.is_finite()).map(|value| value.clamp(-1e300, 1e300));
    values.fold((low, high), |(low, high), value| (low.min(value), high.max(value)))
}

/// 1, 2 or 5 times a power of ten, not less than `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.max(1e-300).log10().floor());
    let parts = [1.0, 2.0, 5.0, 10.0];
    parts.iter().map(|part| part * power).find(|round| *round >= step * 0.999_999).unwrap_or(power * 10.0)
}

/// The nearest 1, 2 or 5 times a power of ten on one side of a positive value.
fn log_step(value: f64, up: bool) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let mut parts = [1.0, 2.0, 5.0, 10.0].into_iter().map(|part| part * power);
    if up {
        parts.find(|part| *part >= value * 0.999_999).unwrap_or(power * 10.0)
    } else {
        parts.rfind(|part| *part <= value * 1.000_001).unwrap_or(power)
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let length = f64::from(limit.1) - f64::from(limit.0);
        (f64::from(limit.0) + length * self.part(*value)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // plotters asks twice, for bold and for light lines; these ticks are the bold ones.
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, value: &f64) -> String {
        self.label(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside_the_axis() {
        assert_eq!(Scale::exact(0.0, 16.2, 8).ticks, [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(Scale::exact(0.0, 16.0, 9).ticks.len(), 9);
    }

    #[test]
    fn a_logarithmic_axis_ends_at_round_numbers() {
        let scale = Scale::log([3.0, 400.0].into_iter());
        assert!((scale.from - 2.0).abs() < 1e-9 && (scale.to - 500.0).abs() < 1e-6);
    }

    #[test]
    fn absurd_values_still_give_a_finite_axis_with_few_ticks() {
        for value in [f64::NAN, f64::INFINITY, 1e308, -1e308, 1e-308, 0.0] {
            for scale in [Scale::over([value].into_iter(), 8), Scale::log([value].into_iter())] {
                assert!(scale.from.is_finite() && scale.to > scale.from && scale.ticks.len() <= 50);
            }
        }
    }
}
