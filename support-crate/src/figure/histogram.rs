//! How often which value came: a histogram with the median marked.

use plotters::prelude::*;

use super::axis::Scale;
use super::document::Figure;
use super::frame::AXIS;
use super::lanes::{nothing, right_edge};
use super::numbers::{count, number};
use super::palette::{INK, MUTED};
use super::panel::{Anchor, PAD, Panel, Pen, WIDTH, plot};
use super::words::{clean, width};
use crate::time::Plain;

const HEIGHT: f64 = 220.0;
const LEFT: f64 = PAD + 52.0;

/// How many of `values` lie in each of some equal ranges; `unit` names the axis. Values that are not finite are left
/// out, and a note says how many.
pub fn histogram(title: &str, unit: &str, values: &[impl Plain]) -> Figure {
    let mut figure = Figure::new(title);
    let unit = clean(unit);
    let mut sorted: Vec<f64> =
        values.iter().map(|value| value.plain()).filter(|value| value.is_finite()).collect();
    if sorted.len() < values.len() {
        let odd = count((values.len() - sorted.len()) as u64);
        figure
            .notes
            .push(format!("{odd} of {} values are not finite and were left out", count(values.len() as u64)));
    }
    if sorted.is_empty() {
        figure.panels.push(nothing("nothing was measured"));
        return figure;
    }
    sorted.sort_unstable_by(f64::total_cmp);
    figure.panels.push(panel(&sorted, &unit));
    figure
}

/// The value below which a part of all values lies.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

/// Equal ranges by the rule of Freedman and Diaconis (1981), from 6 to 60 of them: their edges' first, width, counts.
fn bins(sorted: &[f64]) -> (f64, f64, Vec<u64>) {
    let (low, high) = (sorted[0].max(-1e300), sorted[sorted.len() - 1].min(1e300));
    let span = if high > low { high - low } else { low.abs().max(1.0) };
    let spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    let ideal = 2.0 * spread / (sorted.len() as f64).cbrt();
    let many = if ideal > 0.0 { (span / ideal).clamp(6.0, 60.0) } else { 20.0 }.ceil();
    let width = span / many;
    let mut counts = vec![0; many as usize];
    for value in sorted {
        counts[(((value - low) / width) as usize).min(many as usize - 1)] += 1;
    }
    (low, width, counts)
}

fn panel(sorted: &[f64], unit: &str) -> Panel {
    let (low, step, counts) = bins(sorted);
    let across = Scale::exact(low, low + step * counts.len() as f64, 8);
    let up = Scale::over(counts.iter().map(|count| *count as f64), 4);
    let mut body = chart(low, step, &counts, &across, &up, unit);
    let median = quantile(sorted, 0.5);
    let x = LEFT + across.part(median) * (right_edge() - LEFT);
    body.push_str(&format!(
        r#"<path d="M{x:.1} 20V{HEIGHT}" stroke="{INK}" stroke-width="1.5" stroke-dasharray="5 3"/>"#
    ));
    let label = format!("median {} {unit}", number(median));
    let (anchor, at) = if x + width(&label, 12.0) + 10.0 < WIDTH - PAD {
        (Anchor::Start, x + 5.0)
    } else {
        (Anchor::End, x - 5.0)
    };
    body.push_str(&Pen::new(12.0, INK).bold().anchored(anchor).write(at, 15.0, &label));
    body.push_str(&Pen::new(11.0, MUTED).write(PAD, 13.0, "how often"));
    let hover = hover(low, step, &counts, unit);
    Panel { height: HEIGHT + AXIS, body, hover, text: words(sorted, low, step, &counts, unit) }
}

/// A hover text for each range, over the whole height: a bar of one value is a pixel high.
fn hover(low: f64, step: f64, counts: &[u64], unit: &str) -> String {
    let (mut out, wide) = (String::new(), (right_edge() - LEFT) / counts.len() as f64);
    for (index, times) in counts.iter().enumerate() {
        let [from, to] = [index, index + 1].map(|edge| number(low + step * edge as f64));
        let frame = (LEFT + wide * index as f64, 32.0, wide, HEIGHT - 32.0);
        super::hover::add(
            &mut out,
            usize::MAX,
            frame,
            &format!("{from} to {to} {unit}: {} times", count(*times)),
        );
    }
    out
}

fn chart(low: f64, step: f64, counts: &[u64], across: &Scale, up: &Scale, unit: &str) -> String {
    plot(HEIGHT + AXIS, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin_top(32)
            .margin_left(PAD as i32)
            .margin_right((WIDTH - right_edge()) as i32)
            .set_label_area_size(LabelAreaPosition::Left, (LEFT - PAD) as i32)
            .set_label_area_size(LabelAreaPosition::Bottom, AXIS as i32)
            .build_cartesian_2d(across.clone(), up.clone())?;
        super::frame::both_meshes(&mut chart, unit)?;
        let bar = |(index, count): (usize, &u64)| {
            let (from, to) = (low + step * index as f64, low + step * (index + 1) as f64);
            let mut bar =
                Rectangle::new([(from, 0.0), (to, *count as f64)], RGBColor(0x00, 0x72, 0xB2).filled());
            bar.set_margin(0, 0, 0, 1);
            bar
        };
        chart.draw_series(counts.iter().enumerate().filter(|(_, count)| **count > 0).map(bar))?;
        let floor =
            PathElement::new([(low, 0.0), (low + step * counts.len() as f64, 0.0)], super::frame::INK);
        chart.draw_series([floor])?;
        Ok(())
    })
}

fn words(sorted: &[f64], low: f64, step: f64, counts: &[u64], unit: &str) -> String {
    let said = |part: f64| format!("{} {unit}", number(quantile(sorted, part)));
    let (most, often) = counts.iter().enumerate().max_by_key(|(_, count)| **count).unwrap_or((0, &0));
    let from = low + step * most as f64;
    format!(
        "{} values in {unit}: median {}, from {} to {}; nine of ten below {}. Most often from {} to {}: {} times.",
        count(sorted.len() as u64),
        said(0.5),
        said(0.0),
        said(1.0),
        said(0.9),
        number(from),
        number(from + step),
        count(*often)
    )
}
