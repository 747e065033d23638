//! How things are drawn: timelines, comparisons, a guess beside a measurement, bars, lines, histograms.
//!
//! Every lesson shows its runs through this folder. A [`Figure`] gives HTML with hover texts, SVG, and the same in
//! words, all three from the same data. Nothing here knows how a run was made, and only this folder knows plotters,
//! which draws axes, grids and charts; the bars of a timeline are paths of our own, because a million spans as
//! a million rectangles would be 85 MB.
//!
//! A colour never stands alone: activities differ in height and hatch, cores in hatch, arrows in dash and head, series in
//! dash and marker.
//! Figures bring their own white card, so that they look the same in light and in dark notebooks.

mod arrows;
mod at_once;
mod axis;
mod bars;
mod counters;
mod describe;
mod display;
mod document;
mod extras;
mod fault;
mod frame;
mod grid;
mod guess;
mod histogram;
mod holds;
mod hover;
mod labels;
mod lanes;
mod layout;
mod legend;
mod lines;
mod merge;
mod numbers;
mod palette;
mod panel;
mod rows;
mod stacked;
mod strips;
mod sum;
mod timelines;
mod words;

pub use axis::{Axis, log};
pub use bars::bars;
pub use document::Figure;
pub(crate) use grid::{Cell, Mark, Row, grid};
pub use histogram::histogram;
pub use lines::lines;
pub(crate) use numbers::count;
pub use stacked::stacked;
pub use timelines::{compare, compare_by_core};
