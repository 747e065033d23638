//! Rows by columns: a few lines of text in each cell, the best of a row and the reader's choice marked.

use super::document::Figure;
use super::palette::{BLUE, CARD, GREEN, GRID, INK, MUTED, VERMILLION};
use super::panel::{Anchor, Key, PAD, Panel, Pen, WIDTH};
use super::words::{clean, shorten, width, wrap};

const NAMES: f64 = 106.0;
const HEAD: f64 = 26.0;
const CELL: f64 = 82.0;
const GAP: f64 = 6.0;
/// Below each row, what it says: a line, and the space after the last.
const LINE: f64 = 15.0;
const SPACE: f64 = 12.0;
/// More columns than these could not be read.
const COLUMNS: usize = 7;

/// Bytes of hover texts in a row, one a cell.
const HOVER: usize = 20_000;

/// How a cell stands to the others of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Best,
    AsGood,
    Plain,
    Failed,
}

/// One cell: of several lines the first is the large one; `part` is the length of its bar, from 0 to 1.
pub(crate) struct Cell {
    pub lines: Vec<String>,
    pub part: f64,
    pub mark: Mark,
    pub chosen: bool,
}

/// One row, with a sentence below it.
pub(crate) struct Row {
    pub name: String,
    pub cells: Vec<Cell>,
    pub says: String,
}

/// A grid of `rows`; columns past the seventh are left out, and a note says so.
pub(crate) fn grid(title: &str, columns: &[String], rows: &[Row]) -> Figure {
    let mut figure = Figure::new(title);
    let shown = columns.len().min(COLUMNS);
    let step = (WIDTH - 2.0 * PAD - NAMES + GAP) / shown.max(1) as f64;
    let left = |column: usize| PAD + NAMES + step * column as f64;
    let mut body = String::new();
    for (column, name) in columns.iter().take(shown).enumerate() {
        let pen = Pen::new(13.0, INK).bold().anchored(Anchor::Middle);
        body.push_str(&pen.write(
            left(column) + (step - GAP) / 2.0,
            16.0,
            &shorten(&clean(name), 14.5, step - GAP),
        ));
    }
    figure.panels.push(Panel { height: HEAD, body, hover: String::new(), text: String::new() });
    for row in rows {
        let (mut body, mut hover) = (String::new(), String::new());
        for (index, line) in wrap(&clean(&row.name), 13.8, NAMES - 8.0, 3).iter().enumerate() {
            body.push_str(&Pen::new(13.0, INK).bold().write(PAD, 24.0 + 17.0 * index as f64, line));
        }
        for (column, cell) in row.cells.iter().take(shown).enumerate() {
            body.push_str(&draw(cell, left(column), step - GAP));
            // A cell shortens what is long.
            let whole = format!("{}, {}: {}", row.name, columns[column], cell.lines.join(", "));
            super::hover::add(&mut hover, HOVER, (left(column), 0.0, step - GAP, CELL), &clean(&whole));
        }
        let says = wrap(&clean(&row.says), 12.0, WIDTH - 2.0 * PAD - NAMES, 2);
        let mut y = CELL;
        for line in &says {
            y += LINE;
            body.push_str(&Pen::new(12.0, INK).write(left(0), y, line));
        }
        figure.panels.push(Panel { height: y + SPACE, body, hover, text: words(columns, row) });
    }
    figure.legend = [
        ("the quickest", Mark::Best, false),
        ("as quick, as far as could be seen", Mark::AsGood, false),
        ("your choice", Mark::Plain, true),
    ]
    .map(|(name, mark, chosen)| key(name, mark, chosen))
    .into();
    if columns.len() > shown {
        figure.notes.push(format!("the first {shown} of {} columns are shown", columns.len()));
    }
    figure
}

/// Fill, edge and its width.
fn look(mark: Mark) -> (&'static str, &'static str, f64) {
    match mark {
        Mark::Best => ("#e3f4ee", GREEN, 3.0),
        Mark::AsGood => ("#e3f4ee", GREEN, 1.0),
        Mark::Plain => (CARD, GRID, 1.0),
        Mark::Failed => ("#fbeee6", VERMILLION, 1.0),
    }
}

fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Best => "★ ",
        Mark::AsGood => "≈ ",
        Mark::Plain => "",
        Mark::Failed => "✗ ",
    }
}

fn draw(cell: &Cell, x: f64, wide: f64) -> String {
    let (fill, edge, stroke) = look(cell.mark);
    let mut out = format!(
        r#"<rect x="{:.1}" y="1.5" width="{:.1}" height="{}" rx="5" fill="{fill}" stroke="{edge}" stroke-width="{stroke}"/>"#,
        x + 1.5,
        wide - 3.0,
        CELL - 3.0
    );
    let room = wide - 18.0;
    if cell.mark == Mark::Failed {
        let text = format!("{}{}", sign(cell.mark), clean(&cell.lines.concat()));
        for (index, line) in wrap(&text, 11.0, room, 4).iter().enumerate() {
            out.push_str(&Pen::new(11.0, INK).write(x + 9.0, 18.0 + 14.0 * index as f64, line));
        }
    } else if let [only] = &cell.lines[..] {
        out.push_str(&Pen::new(11.0, MUTED).write(x + 9.0, 18.0, &shorten(&clean(only), 11.0, room)));
    } else {
        for (index, line) in cell.lines.iter().enumerate().take(3) {
            let (pen, y, text) = match index {
                0 => (Pen::new(15.0, INK).bold(), 21.0, format!("{}{line}", sign(cell.mark))),
                _ => (Pen::new(11.0, MUTED), 22.0 + 15.0 * index as f64, line.clone()),
            };
            out.push_str(&pen.write(x + 9.0, y, &shorten(&clean(&text), pen.size * 1.1, room + 6.0)));
        }
        let length = (cell.part.clamp(0.0, 1.0) * room).max(1.5);
        out.push_str(&format!(
            r#"<rect x="{:.1}" y="59" width="{length:.1}" height="4" fill="{BLUE}"/>"#,
            x + 9.0
        ));
    }
    if cell.chosen {
        out.push_str(&tag(x + 1.5, CELL - 16.0, wide - 3.0));
    }
    out
}

/// The reader's choice: a dark band at the cell's foot, with the words in it.
fn tag(x: f64, y: f64, wide: f64) -> String {
    let text = if width("your choice", 11.0) < wide { "your choice" } else { "yours" };
    format!(r#"<rect x="{x:.1}" y="{y}" width="{wide:.1}" height="14.5" rx="4" fill="{INK}"/>"#)
        + &Pen::new(11.0, CARD).anchored(Anchor::Middle).write(x + wide / 2.0, y + 11.0, text)
}

fn key(name: &str, mark: Mark, chosen: bool) -> Key {
    let (fill, edge, stroke) = look(mark);
    let swatch = if chosen {
        format!(r#"<rect width="24" height="14" rx="4" fill="{INK}"/>"#)
    } else {
        format!(
            r#"<rect x="1" y="1" width="22" height="12" rx="3" fill="{fill}" stroke="{edge}" stroke-width="{stroke}"/>"#
        ) + &Pen::new(10.0, INK).anchored(Anchor::Middle).write(12.0, 11.0, sign(mark).trim())
    };
    Key { name: name.to_owned(), swatch }
}

/// A row in words.
fn words(columns: &[String], row: &Row) -> String {
    let cell = |(name, cell): (&String, &Cell)| {
        let chosen = if cell.chosen { " (your choice)" } else { "" };
        format!("\n  - {}{}{}: {}", sign(cell.mark), clean(name), chosen, clean(&cell.lines.join(", ")))
    };
    let cells: String = columns.iter().zip(&row.cells).map(cell).collect();
    format!("- {}: {}{cells}", clean(&row.name), clean(&row.says))
}
