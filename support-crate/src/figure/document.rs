//! A figure put together: title, legend, panels and notes, as SVG, as HTML and in words.

use std::fmt::Write;

use super::legend;
use super::palette::{CARD, ID, INK, MUTED};
use super::panel::{Anchor, FONT, Key, PAD, Panel, Pen, WIDTH};
use super::words::{clean, escape, escape_lines, width, wrap};

/// One displayed thing: a timeline, several compared, a chart, each with what belongs to it.
///
/// It is drawn when it is made and owns all it shows, so that it can be kept between a notebook's cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    title: String,
    /// Whether the title stands above the figure; panels of a comparison have titles of their own.
    pub(super) headed: bool,
    /// How long the run took, beside the title.
    pub(super) length: Option<String>,
    pub(super) legend: Vec<Key>,
    pub(super) patterns: String,
    pub(super) panels: Vec<Panel>,
    pub(super) notes: Vec<String>,
}

/// Letters of the text alternative that stand in the SVG itself.
const DESCRIPTION: usize = 1500;
/// Notes that are shown; who leaves more has a program writing them.
const MOST_NOTES: usize = 8;
/// Letters of the text alternative altogether.
const TEXT: usize = 16_000;

impl Figure {
    /// A figure without panels; `title` is from outside.
    pub(super) fn new(title: impl AsRef<str>) -> Self {
        Self {
            title: clean(title.as_ref()),
            headed: true,
            length: None,
            legend: Vec::new(),
            patterns: String::new(),
            panels: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What stands above it.
    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// The figure as a document of its own.
    pub fn svg(&self) -> String {
        self.draw(false)
    }

    /// The figure as a part of a page: the picture with hover texts, and the words behind a fold.
    ///
    /// It holds no script. Where a notebook is not trusted, JupyterLab drops the picture and keeps the words.
    pub fn html(&self) -> String {
        let (svg, text) = (self.draw(true), escape_lines(&self.text()));
        format!(
            "<div class=\"timelanes\" style=\"max-width:960px\">{svg}<details style=\"font-size:12px;opacity:.85;margin:2px 0 0 4px\"><summary style=\"cursor:pointer\">the figure in words</summary>\n<pre style=\"white-space:pre-wrap;font-family:inherit;line-height:1.5;margin:4px 0\">{text}</pre></details></div>"
        )
    }

    /// The same for a person who cannot see it.
    pub fn text(&self) -> String {
        let compared = || format!("{}, compared on one time axis", self.title);
        let mut out = if self.headed { self.title.clone() } else { compared() };
        for panel in &self.panels {
            out.push('\n');
            out.push_str(&panel.text);
        }
        for note in self.notes.iter().take(MOST_NOTES) {
            let _ = write!(out, "\nNote: {note}.");
        }
        cut(&out, TEXT)
    }

    fn draw(&self, hover: bool) -> String {
        let (mut body, top) = self.head();
        let y = self.stack(top, hover, &mut body);
        let (notes, bottom) = self.foot(y);
        body.push_str(&notes);
        let height = (bottom + 12.0).ceil();
        let text = cut(&self.text(), DESCRIPTION);
        let id = format!("tl{:016x}", hash(&[&body, &self.patterns, &text]));
        let style =
            if hover { format!("<style>#{id} .h :hover{{fill-opacity:.14}}</style>") } else { String::new() };
        let (title, text, patterns) = (escape(&self.title), escape_lines(&text), &self.patterns);
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" id="{id}" role="img" aria-labelledby="{id}t {id}d" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" style="width:100%;max-width:960px;height:auto;display:block" font-family="{FONT}"><title id="{id}t">{title}</title><desc id="{id}d">{text}</desc>{style}<defs>{patterns}</defs><rect x=".5" y=".5" width="{}" height="{}" rx="8" fill="{CARD}" stroke="{}"/>{body}</svg>"#,
            WIDTH - 1.0,
            height - 1.0,
            "#d8dee4",
        );
        svg.replace(ID, &format!("{id}-"))
    }

    /// The panels one below the other from `top`, and where the last one ends.
    fn stack(&self, top: f64, hover: bool, body: &mut String) -> f64 {
        let mut y = top;
        for panel in &self.panels {
            let _ = write!(body, r#"<g class="panel" transform="translate(0 {y:.0})">{}"#, panel.body);
            if hover && !panel.hover.is_empty() {
                let look = format!(r#"fill="{INK}" fill-opacity="0" pointer-events="all""#);
                let _ = write!(body, r#"<g class="h" {look}>{}</g>"#, panel.hover);
            }
            body.push_str("</g>");
            y = (y + panel.height).ceil();
        }
        y
    }

    /// Title, length and legend, and where they end.
    fn head(&self) -> (String, f64) {
        let (mut out, mut y) = (String::new(), 10.0);
        if self.headed {
            let length = self.length.as_deref().unwrap_or("");
            let room = WIDTH - 2.0 * PAD - width(length, 16.0) - 24.0;
            for line in wrap(&self.title, 15.0 * 1.12, room, 3).iter().filter(|line| !line.is_empty()) {
                y += 20.0;
                out.push_str(&Pen::new(15.0, INK).bold().write(PAD, y - 1.0, line));
            }
            if !length.is_empty() {
                let pen = Pen::new(15.0, INK).bold().anchored(Anchor::End);
                out.push_str(&pen.write(super::lanes::right_edge(), 29.0, length));
            }
            y = if length.is_empty() { y } else { y.max(30.0) } + 10.0;
        }
        let (legend, height) = legend::draw(&self.legend, y + 2.0);
        (out + &legend, y + height + 6.0)
    }

    fn foot(&self, top: f64) -> (String, f64) {
        let (mut out, mut y) = (String::new(), top);
        for note in self.notes.iter().take(MOST_NOTES) {
            for line in wrap(note, 11.0, WIDTH - 2.0 * PAD, 3) {
                y += 16.0;
                out.push_str(&Pen::new(11.0, MUTED).write(PAD, y, &line));
            }
        }
        (out, y)
    }
}

/// At most `most` letters.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// FNV-1a, eight bytes at a time: the same data gives the same figure with the same ids.
fn hash(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for chunk in parts.iter().flat_map(|part| part.as_bytes().chunks(8)) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(bytes)).wrapping_mul(0x0000_0100_0000_01b3);
        hash ^= hash >> 29;
    }
    hash
}
