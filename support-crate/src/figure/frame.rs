//! The frame that plotters draws around the contents of a panel: grid, axes, their labels and names.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Scale;
use super::panel::{FONT, plot};

/// Height of an axis with its numbers and its name below the plot.
pub(super) const AXIS: f64 = 40.0;

/// plotters writes a font's size divided by this.
const PLOTTERS_FONT: f64 = 1.24;

pub(super) const INK: RGBColor = RGBColor(0x1f, 0x23, 0x28);
const MUTED: RGBColor = RGBColor(0x57, 0x60, 0x6a);
const GRID: RGBColor = RGBColor(0xe4, 0xe7, 0xeb);

/// A text style of plotters that appears at `size` pixels.
pub(super) fn font(size: f64) -> TextStyle<'static> {
    (FONT, size * PLOTTERS_FONT).into_font().color(&INK)
}

/// Vertical grid lines over `height` pixels, and below them the axis where `name` is given.
pub(super) fn time_frame(left: f64, right: f64, height: f64, scale: &Scale, name: Option<&str>) -> String {
    let below = if name.is_some() { AXIS } else { 0.0 };
    plot(height + below, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin_left(left as i32)
            .margin_right((super::panel::WIDTH - right) as i32)
            .set_label_area_size(LabelAreaPosition::Bottom, below as i32)
            .build_cartesian_2d(scale.clone(), 0.0..1.0)?;
        value_mesh(&mut chart, name)
    })
}

/// A chart on linear or logarithmic scales.
type Chart<'area, 'svg, Up> = ChartContext<'area, SVGBackend<'svg>, Cartesian2d<Scale, Up>>;
/// What plotters answers.
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Vertical grid lines, and the axis below where it is named.
pub(super) fn value_mesh(chart: &mut Chart<'_, '_, RangedCoordf64>, name: Option<&str>) -> Drawn {
    let label = font(11.0).color(&MUTED).pos(Pos::new(HPos::Center, VPos::Top));
    let mut mesh = chart.configure_mesh();
    mesh.disable_y_mesh().disable_y_axis().bold_line_style(GRID).axis_style(GRID).x_label_style(label);
    if let Some(name) = name {
        mesh.x_desc(name).axis_desc_style(font(11.0).color(&MUTED));
    }
    Ok(mesh.draw()?)
}

/// Grid lines both ways, with numbers at both axes; the upright axis is named by the caller, above it.
pub(super) fn both_meshes(chart: &mut Chart<'_, '_, Scale>, name: &str) -> Drawn {
    let below = font(11.0).color(&MUTED).pos(Pos::new(HPos::Center, VPos::Top));
    let beside = font(11.0).color(&MUTED).pos(Pos::new(HPos::Right, VPos::Center));
    let mut mesh = chart.configure_mesh();
    mesh.disable_x_mesh().bold_line_style(GRID).axis_style(GRID);
    mesh.x_label_style(below).y_label_style(beside);
    mesh.x_desc(name).axis_desc_style(font(11.0).color(&MUTED));
    Ok(mesh.draw()?)
}
