//! The parts of a figure: panels one below the other, keys of the legend, and the pen they are written with.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};

use super::words::escape;

/// Width of every figure in its own units; the notebook scales it to its column.
pub(super) const WIDTH: f64 = 840.0;
/// Free space inside the card at every side.
pub(super) const PAD: f64 = 18.0;
/// Fonts of the reader's system, never one that would have to be loaded.
pub(super) const FONT: &str = "system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/// One drawing of a figure, drawn from its own upper edge.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Panel {
    pub height: f64,
    /// SVG elements.
    pub body: String,
    /// SVG elements that only the HTML gets: invisible shapes with hover texts.
    pub hover: String,
    /// The same in words.
    pub text: String,
}

/// One entry of the legend.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub name: String,
    /// SVG elements that show it in a field of 24 by 14.
    pub swatch: String,
}

/// Where a text starts.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is written.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    pub size: f64,
    pub colour: &'static str,
    pub bold: bool,
    pub anchor: Anchor,
}

impl Pen {
    pub fn new(size: f64, colour: &'static str) -> Self {
        Self { size, colour, bold: false, anchor: Anchor::Start }
    }

    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// A text element; `y` is the line that letters stand on. `text` is cleaned already.
    pub fn write(self, x: f64, y: f64, text: &str) -> String {
        let anchor = match self.anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let weight = if self.bold { r#" font-weight="600""# } else { "" };
        let (size, colour, text) = (self.size, self.colour, escape(text));
        format!(
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" fill="{colour}"{weight}{anchor}>{text}</text>"#
        )
    }
}

/// What plotters draws on a field of the figure's width, as SVG elements.
pub(super) fn plot<F>(height: f64, draw: F) -> String
where
    F: FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn Error>>,
{
    let mut svg = String::new();
    let drawn = {
        let root =
            SVGBackend::with_string(&mut svg, (WIDTH as u32, height.ceil() as u32)).into_drawing_area();
        draw(&root).and_then(|()| Ok(root.present().map_err(|error| error.to_string())?))
    };
    if let Err(error) = drawn {
        let text = format!("this part could not be drawn: {error}");
        return Pen::new(12.0, super::palette::INK).write(PAD, 16.0, &text);
    }
    let body = svg.split_once(">\n").map_or("", |(_, body)| body);
    body.rsplit_once("</svg>").map_or(body, |(body, _)| body).replace(" opacity=\"1\"", "")
}
