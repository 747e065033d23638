//! Showing a figure as the result of a notebook's cell.

use super::Figure;
use crate::display::show;

impl Figure {
    /// Shows the figure as the result of a notebook's cell: as HTML, as SVG and in words, whichever the page can show.
    pub fn evcxr_display(&self) {
        let (html, svg, text) = (self.html(), self.svg(), self.text());
        show(&[("text/html", &html), ("image/svg+xml", &svg), ("text/plain", &text)]);
    }
}
