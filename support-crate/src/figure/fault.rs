//! What went wrong in a run, above its lanes; and who waited for whom when it did, below them.

use std::f64::consts::PI;
use std::fmt::Write;

use super::extras::brief;
use super::palette::{CARD, INK, MUTED, VERMILLION};
use super::panel::{Anchor, PAD, Panel, Pen, WIDTH};
use super::words::{clean, shorten, width, wrap};
use crate::timeline::{Timeline, WaitsFor};

/// Lanes that are drawn in one wait-for graph.
const MOST: usize = 8;

/// The fault of a run, where it has one; `titled` says of which run.
pub(super) fn fault(timeline: &Timeline, titled: bool) -> Option<Panel> {
    let fault = clean(&timeline.fault.as_ref()?.to_string());
    let head = if titled {
        format!("{} failed, and this is what was recorded up to then", brief(&timeline.title))
    } else {
        "This run failed, and this is what was recorded up to then".to_owned()
    };
    let lines = wrap(&fault, 12.5, WIDTH - 2.0 * PAD - 52.0, 4);
    let height = 30.0 + 17.0 * lines.len() as f64;
    let mut body = format!(
        r##"<rect x="{PAD}" y="4" width="{}" height="{height}" rx="5" fill="#fdf0e8" stroke="{VERMILLION}" stroke-width="1.6"/>"##,
        WIDTH - 2.0 * PAD
    );
    let cross = PAD + 14.0;
    let _ = write!(
        body,
        r#"<path d="M{cross} 14l10 10m0-10l-10 10" stroke="{VERMILLION}" stroke-width="2.6" fill="none"/>"#
    );
    body.push_str(&Pen::new(12.5, INK).bold().write(PAD + 36.0, 23.0, &head));
    for (number, line) in lines.iter().enumerate() {
        body.push_str(&Pen::new(12.5, INK).write(PAD + 36.0, 41.0 + 17.0 * number as f64, line));
    }
    Some(Panel { height: height + 12.0, body, hover: String::new(), text: format!("{head}: {fault}.") })
}

/// Who waited for whom when the recording ended: the circle of a deadlock, or of a run that failed all that were blocked.
pub(super) fn waits(timeline: &Timeline) -> Option<Panel> {
    let (head, edges) = match timeline.deadlock() {
        Some(one) if one.len() == 1 => ("Deadlock: it waits for itself", one),
        Some(circle) => ("Deadlock: each waits for the next, in a circle", circle),
        None if timeline.fault.is_some() => {
            ("Who waited for whom at the end", timeline.waits_for(timeline.end()))
        }
        None => return None,
    };
    if edges.is_empty() {
        return None;
    }
    let told: Vec<String> = edges.iter().take(MOST).map(|edge| clean(&edge.to_string())).collect();
    let text = format!("{head}: {}.", told.join("; "));
    let mut body = format!(r##"<path d="M{PAD} 8.5h{}" stroke="#d8dee4"/>"##, WIDTH - 2.0 * PAD);
    body.push_str(&Pen::new(13.0, INK).bold().write(PAD, 31.0, head));
    let words = wrap(&told.join("; "), 12.0, 370.0, 12);
    for (number, line) in words.iter().enumerate() {
        body.push_str(&Pen::new(12.0, INK).write(PAD, 52.0 + 17.0 * number as f64, line));
    }
    let (graph, high) = graph(&edges[..edges.len().min(MOST)], 620.0, 18.0);
    body.push_str(&graph);
    let height = (60.0 + 17.0 * words.len() as f64).max(high);
    Some(Panel { height, body, hover: String::new(), text })
}

/// Everybody in a ring round `middle`, an arrow from whoever waits to whoever holds, with the lock's name.
fn graph(edges: &[WaitsFor], middle: f64, top: f64) -> (String, f64) {
    let mut names: Vec<&str> = Vec::new();
    for name in edges.iter().flat_map(|edge| [Some(&edge.lane), edge.holder.as_ref()]).flatten() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let radius = if names.len() <= 2 { 34.0 } else { 30.0 + 8.0 * names.len() as f64 };
    let centre = top + radius + 24.0;
    let at = |name: &str| {
        let index = names.iter().position(|other| *other == name).unwrap_or_default();
        let turn = 2.0 * PI * index as f64 / names.len() as f64 - PI / 2.0;
        (middle + 1.9 * radius * turn.cos(), centre + radius * turn.sin())
    };
    let shown = |name: &str| shorten(&clean(name), 11.5, 110.0);
    let half = |name: &str| width(&shown(name), 11.5) / 2.0 + 9.0;
    let (mut shafts, mut heads, mut texts) = (String::new(), String::new(), String::new());
    for edge in edges {
        let Some(holder) = &edge.holder else { continue };
        let label = shorten(&clean(&edge.lock), 10.5, 110.0);
        if *holder == edge.lane {
            round(at(holder), &label, [&mut shafts, &mut heads, &mut texts]);
            continue;
        }
        arrow(at(&edge.lane), at(holder), half(holder), &label, [&mut shafts, &mut heads, &mut texts]);
    }
    let mut out = format!(
        r#"<path d="{shafts}" fill="none" stroke="{VERMILLION}" stroke-width="1.6"/><path d="{heads}" fill="{VERMILLION}"/>{texts}"#
    );
    for name in &names {
        let ((x, y), half) = (at(name), half(name));
        let _ = write!(
            out,
            r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="22" rx="11" fill="{CARD}" stroke="{INK}" stroke-width="1.2"/>"#,
            x - half,
            y - 11.0,
            half * 2.0
        );
        out.push_str(&Pen::new(11.5, INK).anchored(Anchor::Middle).write(x, y + 4.0, &shown(name)));
    }
    (out, centre + radius + 28.0)
}

type Point = (f64, f64);

/// An arrow from a name's field back to it, for whoever waits for itself.
fn round((x, y): Point, label: &str, [shafts, heads, texts]: [&mut String; 3]) {
    let (left, right, low, foot) = (x - 22.0, x + 22.0, y + 46.0, y + 22.0);
    let _ = write!(shafts, "M{left:.1} {y:.1}C{left:.1} {low:.1} {right:.1} {low:.1} {right:.1} {foot:.1}");
    let top = y + 13.0;
    let _ = write!(heads, "M{right:.1} {top:.1}l-4 8.5h8z");
    texts.push_str(&Pen::new(10.5, MUTED).anchored(Anchor::Middle).write(x, low + 8.0, label));
}

/// A bent arrow, so that the two of a pair lie beside each other; it ends at a name's field, `half` as wide as it.
fn arrow(from: Point, to: Point, half: f64, label: &str, [shafts, heads, texts]: [&mut String; 3]) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1.0);
    let (bend_x, bend_y) =
        ((from.0 + to.0) / 2.0 + dy / length * 26.0, (from.1 + to.1) / 2.0 - dx / length * 26.0);
    // The last piece of the curve runs from the bend to the target; the name's field is left free.
    let (ax, ay) = (to.0 - bend_x, to.1 - bend_y);
    let along = ax.hypot(ay).max(1.0);
    let (ux, uy) = (ax / along, ay / along);
    let free = (half / ux.abs().max(1e-3)).min(11.0 / uy.abs().max(1e-3)) + 3.0;
    let (tip_x, tip_y) = (to.0 - ux * free, to.1 - uy * free);
    let (neck_x, neck_y) = (tip_x - ux * 8.0, tip_y - uy * 8.0);
    let _ = write!(shafts, "M{:.1} {:.1}Q{bend_x:.1} {bend_y:.1} {neck_x:.1} {neck_y:.1}", from.0, from.1);
    let _ = write!(
        heads,
        "M{tip_x:.1} {tip_y:.1}L{:.1} {:.1}L{:.1} {:.1}z",
        neck_x - uy * 4.0,
        neck_y + ux * 4.0,
        neck_x + uy * 4.0,
        neck_y - ux * 4.0
    );
    let (x, y) = ((bend_x + (from.0 + to.0) / 2.0) / 2.0, (bend_y + (from.1 + to.1) / 2.0) / 2.0);
    // Beside a steep arrow, so that the labels of a pair do not meet between the two.
    let (x, anchor) = match (dx.abs() < dy.abs() / 2.0, dy > 0.0) {
        (true, true) => (x + 4.0, Anchor::Start),
        (true, false) => (x - 4.0, Anchor::End),
        (false, _) => (x, Anchor::Middle),
    };
    let _ = write!(
        texts,
        r#"<g stroke="{CARD}" stroke-width="3" paint-order="stroke">{}</g>"#,
        Pen::new(10.5, MUTED).anchored(anchor).write(x, y + 3.5, label)
    );
}
