//! Bars with names: one number for each of a few things.

use plotters::prelude::*;

use super::axis::Scale;
use super::document::Figure;
use super::frame::AXIS;
use super::lanes::{left_edge, nothing, right_edge};
use super::numbers::number;
use super::palette::INK;
use super::panel::{Panel, Pen, WIDTH, plot};
use super::words::{clean, escape, shorten, width};
use crate::time::Plain;

const ROW: f64 = 30.0;
/// More bars than this are no comparison any more.
const MOST: usize = 60;

/// One bar for each name, all from zero; `unit` names the axis. Values that are not finite are said in words.
pub fn bars<Name: AsRef<str>>(title: &str, unit: &str, values: &[(Name, impl Plain)]) -> Figure {
    let mut figure = Figure::new(title);
    let unit = clean(unit);
    let values: Vec<(String, f64)> =
        values.iter().map(|(name, value)| (clean(name.as_ref()), value.plain())).collect();
    if values.is_empty() {
        figure.panels.push(nothing("nothing was measured"));
        return figure;
    }
    let shown = &values[..values.len().min(MOST)];
    if values.len() > MOST {
        figure.notes.push(format!("the first {MOST} of {} bars are shown", values.len()));
    }
    let left = left_edge(shown.iter().map(|(name, _)| name.as_str()), 12.5);
    let height = ROW * shown.len() as f64 + 4.0;
    let scale = Scale::over(shown.iter().map(|(_, value)| *value), 7);
    let mut body = frame(shown, left, height, &scale, &unit);
    let mut text = String::new();
    for (index, (name, value)) in shown.iter().enumerate() {
        let y = ROW * index as f64 + 20.0;
        body.push_str(&named(name, left, y));
        let said = number(*value);
        let end = left
            + scale.part(if value.is_finite() { *value } else { 0.0 }.max(0.0)) * (plot_end(shown) - left);
        body.push_str(&Pen::new(12.0, INK).bold().write(end + 7.0, y, &said));
        text.push_str(&format!("{}- {name}: {said} {unit}", if index == 0 { "" } else { "\n" }));
    }
    figure.panels.push(Panel { height: height + AXIS, body, hover: String::new(), text });
    figure
}

/// The plot ends where the longest value still fits beside its bar.
fn plot_end(values: &[(String, f64)]) -> f64 {
    (right_edge() - values.iter().map(|(_, value)| width(&number(*value), 13.5)).fold(0.0, f64::max)).floor()
}

fn named(name: &str, left: f64, y: f64) -> String {
    let text = Pen::new(12.5, INK).write(
        super::panel::PAD,
        y,
        &shorten(name, 12.5, left - super::panel::PAD - 12.0),
    );
    format!("<g><title>{}</title>{text}</g>", escape(name))
}

fn frame(values: &[(String, f64)], left: f64, height: f64, scale: &Scale, unit: &str) -> String {
    let end = plot_end(values);
    plot(height + AXIS, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin_left(left as i32)
            .margin_right((WIDTH - end) as i32)
            .set_label_area_size(LabelAreaPosition::Bottom, AXIS as i32)
            .build_cartesian_2d(scale.clone(), height..0.0)?;
        super::frame::value_mesh(&mut chart, Some(unit))?;
        let bar = |(index, value): (usize, f64)| {
            let top = ROW * index as f64 + 6.0;
            Rectangle::new([(0.0, top), (value, top + 19.0)], RGBColor(0x00, 0x72, 0xB2).filled())
        };
        let finite =
            values.iter().map(|(_, value)| *value).enumerate().filter(|(_, value)| value.is_finite());
        chart.draw_series(finite.map(bar))?;
        let zero = PathElement::new([(0.0, 0.0), (0.0, height)], super::frame::INK);
        chart.draw_series([zero])?;
        Ok(())
    })
}
