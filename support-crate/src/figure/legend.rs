//! The legend: only what occurs, each shown as it is drawn.

use std::fmt::Write;

use super::lanes::Sheet;
use super::palette::{CARD, INK, Inks, MUTED};
use super::panel::{Key, PAD, Pen, WIDTH};
use super::words::width;

/// Height of one line of the legend.
const LINE: f64 = 20.0;
const SIZE: f64 = 11.5;

/// The key of one kind of time: its colour, its hatch and its height above the floor.
pub(super) fn activity_key(inks: &Inks, kind: usize) -> Key {
    let ink = &inks.inks[kind];
    let height = 14.0 * ink.height;
    let fill = inks.fill(kind);
    let swatch = format!(
        r##"<path d="M0 {:.1}h24v{height:.1}h-24z" fill="{fill}"/><path d="M0 14.5h24" stroke="#c9cfd6"/>"##,
        14.0 - height
    );
    Key { name: ink.name.clone(), swatch }
}

/// The key of spans whose end was not recorded.
pub(super) fn never_ended_key() -> Key {
    let swatch = format!(
        r#"<path d="M0 0h24v14h-24z" fill="{MUTED}"/><path d="M25 14l-6-1.75l6-1.75l-6-1.75l6-1.75l-6-1.75l6-1.75l-6-1.75l6-1.75z" fill="{CARD}" stroke="{CARD}"/>"#
    );
    Key { name: "never ended".to_owned(), swatch }
}

/// A few spans too narrow to be seen need no explanation, a crowd does.
const CROWD: u64 = 20;

/// What a reader must know where spans were merged.
pub(super) fn merged_note(sheets: &[Sheet]) -> Option<String> {
    let rows = sheets.iter().flat_map(|sheet| &sheet.rows).filter(|row| row.lanes.len() == 1);
    let narrow: u64 = rows.map(|row| row.tally.pieces.iter().sum::<u64>() - row.pieces.len() as u64).sum();
    let says =
        "where spans are too narrow to be drawn one by one, each colour is as high as its share of the time";
    (narrow > CROWD || sheets.iter().any(|sheet| sheet.coarse)).then(|| says.to_owned())
}

/// The legend in lines from `top` down, and its height.
pub(super) fn draw(keys: &[Key], top: f64) -> (String, f64) {
    if keys.is_empty() {
        return (String::new(), 0.0);
    }
    let (mut out, mut x, mut y) = (String::new(), PAD, top);
    for key in keys {
        let room = 24.0 + 7.0 + width(&key.name, SIZE);
        if x > PAD && x + room > WIDTH - PAD {
            (x, y) = (PAD, y + LINE);
        }
        let _ = write!(out, r#"<g transform="translate({x:.1} {y:.1})">{}</g>"#, key.swatch);
        out.push_str(&Pen::new(SIZE, INK).write(x + 31.0, y + 11.5, &key.name));
        x += room + 16.0;
    }
    (out, y - top + LINE)
}
