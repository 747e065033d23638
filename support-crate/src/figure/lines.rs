//! Lines: how something grows with something else, for a few series.

use plotters::prelude::*;

use super::axis::{Axis, Scale};
use super::document::Figure;
use super::frame::AXIS;
use super::lanes::{nothing, right_edge};
use super::numbers::{count, counted, number};
use super::palette::{MUTED, SERIES};
use super::panel::{Key, PAD, Panel, Pen, WIDTH, plot};
use super::words::clean;

const HEIGHT: f64 = 280.0;
const LEFT: f64 = PAD + 62.0;
/// Series beyond this could not be told apart.
const MOST: usize = 12;
/// Points of one series; more would lie on one another.
const POINTS: usize = 400;
/// Bytes of hover texts, one a point.
const HOVER: usize = 60_000;
/// Dash patterns, so that greyscale tells the series apart.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "10 3 2 3"];

/// One series: its name and its points.
type Series = (String, Vec<(f64, f64)>);

/// A line for each series of points; an axis is its name, or [`log`](super::log) of its name.
pub fn lines<Name: AsRef<str>, Points: AsRef<[(f64, f64)]>>(
    title: &str,
    x: impl Into<Axis>,
    y: impl Into<Axis>,
    series: &[(Name, Points)],
) -> Figure {
    let mut figure = Figure::new(title);
    let [x, y] = [x.into(), y.into()].map(|axis| Axis { name: clean(&axis.name), ..axis });
    let given: usize = series.iter().map(|(_, points)| points.as_ref().len()).sum();
    let all = series.iter().map(|(name, points)| points_of(name.as_ref(), points.as_ref(), &x, &y));
    let series: Vec<Series> = all.take(MOST).collect();
    let drawn: usize = series.iter().map(|(_, points)| points.len()).sum();
    if drawn < given {
        figure.notes.push(format!(
            "{} cannot be drawn on these axes and were left out",
            counted(given - drawn, "point")
        ));
    }
    if drawn == 0 {
        figure.panels.push(nothing("nothing was measured"));
        return figure;
    }
    if series.len() > 1 {
        figure.legend = series.iter().enumerate().map(|(index, (name, _))| key(index, name)).collect();
    }
    figure.panels.push(panel(&series, &x, &y));
    figure
}

/// The points that the axes can show, from left to right.
fn points_of(name: &str, points: &[(f64, f64)], x: &Axis, y: &Axis) -> Series {
    let mut kept: Vec<(f64, f64)> =
        points.iter().copied().filter(|point| x.takes(point.0) && y.takes(point.1)).collect();
    kept.sort_by(|one, other| one.0.total_cmp(&other.0));
    (clean(name), kept)
}

fn scale(axis: &Axis, values: impl Iterator<Item = f64> + Clone, ticks: usize) -> Scale {
    if axis.log { Scale::log(values) } else { Scale::over(values, ticks) }
}

fn panel(series: &[Series], x: &Axis, y: &Axis) -> Panel {
    let points = series.iter().flat_map(|(_, points)| points);
    let across = scale(x, points.clone().map(|point| point.0), 8);
    let up = scale(y, points.map(|point| point.1), 5);
    let mut body = plot(HEIGHT + AXIS, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin_top(32)
            .margin_left(PAD as i32)
            .margin_right((WIDTH - right_edge()) as i32)
            .set_label_area_size(LabelAreaPosition::Left, (LEFT - PAD) as i32)
            .set_label_area_size(LabelAreaPosition::Bottom, AXIS as i32)
            .build_cartesian_2d(across.clone(), up.clone())?;
        super::frame::both_meshes(&mut chart, &x.name)
    });
    let frame = |point: &(f64, f64)| {
        let px = LEFT + across.part(point.0) * (right_edge() - LEFT);
        (px, HEIGHT - up.part(point.1) * (HEIGHT - 32.0))
    };
    let mut hover = String::new();
    for (index, (name, points)) in series.iter().enumerate() {
        let points = thinned(points);
        let drawn: Vec<(f64, f64)> = points.iter().map(frame).collect();
        body.push_str(&line(index, &drawn));
        for ((px, py), (right, high)) in drawn.iter().zip(&points) {
            let text = format!("{name}: {} at {}", number(*high), number(*right));
            super::hover::add(&mut hover, HOVER, (px - 6.0, py - 6.0, 12.0, 12.0), &text);
        }
    }
    body.push_str(&Pen::new(11.0, MUTED).write(
        PAD,
        15.0,
        &super::words::shorten(&y.name, 11.0, WIDTH - 2.0 * PAD),
    ));
    Panel { height: HEIGHT + AXIS, body, hover, text: words(series, x, y) }
}

/// Every so-manieth point where there are too many, and always the last.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let every = points.len().div_ceil(POINTS).max(1);
    let mut kept: Vec<_> = points.iter().copied().step_by(every).collect();
    if every > 1 {
        kept.extend(points.last());
    }
    kept
}

/// A dashed line with markers where points are few enough to be seen one by one.
fn line(index: usize, points: &[(f64, f64)]) -> String {
    let (colour, dash) = (SERIES[index % 6], DASHES[index % 4]);
    let mut path = String::new();
    for (number, (x, y)) in points.iter().enumerate() {
        path.push_str(&format!("{}{x:.1} {y:.1}", if number == 0 { "M" } else { "L" }));
    }
    let markers: String =
        points.iter().filter(|_| points.len() <= 40).map(|point| marker(index, *point)).collect();
    format!(
        r##"<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round" stroke-dasharray="{dash}"/><path d="{markers}" fill="{colour}" stroke="#fff"/>"##
    )
}

/// A circle, a square, a triangle or a diamond, as a piece of a path.
fn marker(index: usize, (x, y): (f64, f64)) -> String {
    match index % 4 {
        0 => format!("M{:.1} {y:.1}a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0 -8.4 0z", x - 4.2),
        1 => format!("M{:.1} {:.1}h7.6v7.6h-7.6z", x - 3.8, y - 3.8),
        2 => format!("M{x:.1} {:.1}l4.8 8.4h-9.6z", y - 5.4),
        _ => format!("M{x:.1} {:.1}l5 5l-5 5l-5-5z", y - 5.0),
    }
}

fn key(index: usize, name: &str) -> Key {
    let swatch = line(index, &[(0.0, 7.0), (24.0, 7.0)]).replacen(&marker(index, (0.0, 7.0)), "", 1);
    let swatch = swatch.replacen(&marker(index, (24.0, 7.0)), &marker(index, (12.0, 7.0)), 1);
    Key { name: super::words::shorten(name, 11.5, 300.0), swatch }
}

fn words(series: &[Series], x: &Axis, y: &Axis) -> String {
    let kind = |axis: &Axis| format!("{}{}", axis.name, if axis.log { " (logarithmic)" } else { "" });
    let mut out = format!("{} over {}.", kind(y), kind(x));
    for (name, points) in series {
        let said = |point: &(f64, f64)| format!("{} at {}", number(point.1), number(point.0));
        let told: Vec<String> = match points.len() {
            0..=10 => points.iter().map(said).collect(),
            _ => [0, points.len() / 4, points.len() / 2, points.len() * 3 / 4, points.len() - 1]
                .map(|at| said(&points[at]))
                .to_vec(),
        };
        let of = if points.len() > 10 {
            format!(" ({} points)", count(points.len() as u64))
        } else {
            String::new()
        };
        out.push_str(&format!("\n- {name}{of}: {}", told.join(", ")));
    }
    out
}
