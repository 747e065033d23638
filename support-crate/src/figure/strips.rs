//! Cells as SVG paths: one path for each kind and figure, whatever the number of spans.

use std::fmt::Write;

use super::merge::Cells;
use super::palette::Ink;

/// A number in a path: at most one decimal, and none where it would be a zero.
pub(super) fn put(out: &mut String, value: f64) {
    let tenths = (value * 10.0).round() as i64;
    let (whole, rest) = (tenths / 10, tenths.abs() % 10);
    let sign = if tenths < 0 && whole == 0 { "-" } else { "" };
    let _ = if rest == 0 { write!(out, "{whole}") } else { write!(out, "{sign}{whole}.{rest}") };
}

/// A height, rounded to what the eye can see, so that neighbours of nearly the same height become one step.
fn round(height: f64) -> f64 {
    (height * 10.0).round() / 10.0
}

/// Adds the shape of each kind in one row to that kind's path. The row stands on `floor` and is `height` high.
///
/// In every cell the kinds stand on one another, each as high as its share of the time times its own full height.
pub(super) fn draw(cells: &Cells, inks: &[Ink], floor: f64, height: f64, paths: &mut [String]) {
    for (kind, path) in paths.iter_mut().enumerate() {
        let mut strip: Vec<Step> = Vec::new();
        for cell in 0..cells.edges.len() {
            let shares = cells.shares(cell);
            if shares[kind] <= 0.0 {
                continue;
            }
            let (left, right) = cells.edges[cell];
            let below: f64 = shares[..kind].iter().zip(inks).map(|(share, ink)| share * ink.height).sum();
            let low = round(floor - below * height);
            let high = round(floor - (below + shares[kind] * inks[kind].height) * height);
            if strip.last().is_some_and(|last| left - last.right > 0.005) {
                outline(&strip, path);
                strip.clear();
            }
            strip.push(Step { left, right, low, high });
        }
        outline(&strip, path);
    }
}

struct Step {
    left: f64,
    right: f64,
    low: f64,
    high: f64,
}

/// Along the tops from left to right, back along the bottoms.
fn outline(strip: &[Step], path: &mut String) {
    let Some(first) = strip.first() else { return };
    command(path, 'M', first.left);
    path.push(' ');
    put(path, first.low);
    command(path, 'V', first.high);
    for pair in strip.windows(2).filter(|pair| pair[0].high != pair[1].high) {
        command(path, 'H', pair[1].left);
        command(path, 'V', pair[1].high);
    }
    let last = &strip[strip.len() - 1];
    command(path, 'H', last.right);
    command(path, 'V', last.low);
    for pair in strip.windows(2).rev().filter(|pair| pair[0].low != pair[1].low) {
        command(path, 'H', pair[1].left);
        command(path, 'V', pair[0].low);
    }
    path.push('z');
}

fn command(path: &mut String, letter: char, value: f64) {
    path.push(letter);
    put(path, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_paths_are_short_and_right() {
        let mut out = String::new();
        for value in [12.0, 12.5, -0.3, 3.06, 0.0] {
            put(&mut out, value);
            out.push(' ');
        }
        assert_eq!(out, "12 12.5 -0.3 3.1 0 ");
    }
}
