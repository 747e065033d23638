//! Several charts in one figure, one below the other, each under a heading of its own.

use super::document::Figure;
use super::palette::INK;
use super::panel::{PAD, Panel, Pen, WIDTH};
use super::words::{clean, shorten};

/// The charts as one figure: a notebook's cell shows one.
pub fn stacked(title: &str, charts: &[Figure]) -> Figure {
    let mut figure = Figure::new(title);
    for chart in charts {
        figure.panels.push(heading(chart.title()));
        figure.panels.extend(chart.panels.iter().cloned());
        figure.patterns.push_str(&chart.patterns);
        figure.notes.extend(chart.notes.iter().cloned());
        for key in &chart.legend {
            if !figure.legend.contains(key) {
                figure.legend.push(key.clone());
            }
        }
    }
    figure
}

fn heading(title: &str) -> Panel {
    let shown = shorten(title, 13.0 * 1.1, WIDTH - 2.0 * PAD);
    let body = Pen::new(13.0, INK).bold().write(PAD, 24.0, &shown);
    Panel { height: 29.0, body, hover: String::new(), text: format!("{title}:") }
}

impl Figure {
    /// The figure with one note more below it: what a reader must know to trust it.
    pub fn with_note(mut self, note: &str) -> Self {
        self.notes.push(clean(note));
        self
    }
}
